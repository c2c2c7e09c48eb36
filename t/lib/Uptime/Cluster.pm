package Uptime::Cluster;

# A private PostgreSQL cluster: unix socket only, scram passwords, everything
# under one folder.  Started and stopped by pid.

use strict;
use warnings;

use Carp qw(croak);
use DBI;
use Digest::SHA qw(sha256_hex);
use File::Basename qw(basename);
use Time::HiRes qw(time);
use Uptime::Util qw(wait_until slurp spew random_hex);

use constant TEMPLATE => 'uptime_template';


# A folder of another system that has PostgreSQL, see tools/timescaledb-test; ''
# is this one.
sub root { return $ENV{UPTIME_PG_ROOT} // '' }


sub timescaledb { return $ENV{UPTIME_TEST_TIMESCALEDB} }


sub bindir {
    my $root = root();

    for my $dir ($ENV{UPTIME_PG_BINDIR},
        reverse(sort(map { s/^\Q$root\E//r }
            glob("$root/usr/lib/postgresql/*/bin"))))
    {
        return $dir if defined $dir && -x "$root$dir/initdb";
    }

    chomp(my $dir = `pg_config --bindir 2>/dev/null` // '');
    return $dir if $dir ne '' && -x "$dir/initdb";

    croak 'PostgreSQL server programs not found, set UPTIME_PG_BINDIR';
}


# dir: does not exist yet; fsync: 0 or 1
sub create {
    my ($class, %o) = @_;

    my $self = bless {
        dir      => $o{dir},
        password => 'pw' . random_hex(16),
        owner    => $$,
        fsync    => $o{fsync} // 0,
    }, $class;

    mkdir $self->{dir} or croak "mkdir $self->{dir}: $!";
    chmod 0755, $self->{dir};

    my $pwfile = "$self->{dir}/password";
    spew($pwfile, "$self->{password}\n");
    chmod 0600, $pwfile;

    if ($> == 0) {
        my ($uid, $gid) = slurp(root() . '/etc/passwd')
            =~ /^postgres:[^:]*:(\d+):(\d+):/m;
        croak 'no user postgres' if !defined $uid;
        chown $uid, $gid, $self->{dir}, $pwfile;
    }

    $self->_run('initdb', '-D', $self->data, '-U', 'uptime', '-E', 'UTF8',
        '--locale=C.UTF-8', "--pwfile=$pwfile",
        # scram makes the client hash 4096 times: with sanitizers up to a
        # second for each connection, on nginx's event loop
        '-A', $ENV{UPTIME_ASAN} ? 'password' : 'scram-sha-256',
        '--no-sync');

    open my $fh, '>>', $self->data . '/postgresql.conf' or croak $!;
    print $fh "listen_addresses = ''\n",
        "unix_socket_directories = '$self->{dir}'\n",
        "max_connections = 200\nshared_buffers = 64MB\njit = off\n",
        "log_min_duration_statement = 2000\n",
        "log_line_prefix = '%m [%p] %d %a '\n",
        "fsync = ", ($self->{fsync} ? 'on' : 'off'), "\n",
        $self->{fsync} ? '' : "full_page_writes = off\n"
        . "synchronous_commit = off\n";
    # its workers would sit in the template that databases are copied from
    print $fh "shared_preload_libraries = 'timescaledb'\n",
        "timescaledb.telemetry_level = off\n",
        "timescaledb.max_background_workers = 0\n" if timescaledb();
    close $fh;

    return $self;
}


# The cluster that t/run started.
sub of_run {
    my ($class) = @_;

    croak 'start tests with t/run' if !defined $ENV{UPTIME_RUN};

    return bless {
        dir      => "$ENV{UPTIME_RUN}/pg",
        password => $ENV{UPTIME_PG_PASSWORD},
        owner    => 0,
    }, $class;
}


sub data { return "$_[0]{dir}/data" }
sub log  { return "$_[0]{dir}/postgresql.log" }


sub _command {
    my ($self, $program, @args) = @_;

    my @cmd = (bindir() . "/$program", @args);
    return root() ne '' ? ('chroot', '--userspec=postgres', root(), @cmd)
        : $> == 0 ? (qw(runuser -u postgres --), @cmd) : @cmd;
}


sub _run {
    my ($self, @cmd) = @_;

    my $log = "$self->{dir}/commands.log";
    my $pid = fork // croak "fork: $!";

    if ($pid == 0) {
        chdir '/';
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', $log;
        open STDERR, '>&', \*STDOUT;
        exec { ($self->_command(@cmd))[0] } $self->_command(@cmd)
            or POSIX::_exit(127);
    }

    waitpid $pid, 0;
    croak "$cmd[0] failed:\n" . slurp($log) if $? != 0;
    return;
}


sub start {
    my ($self) = @_;

    $self->_run('pg_ctl', '-D', $self->data, '-l', $self->log, '-w', '-t', 60,
        'start');
    return $self;
}


sub pid {
    my ($self) = @_;

    open my $fh, '<', $self->data . '/postmaster.pid' or return;
    my $pid = <$fh>;
    return defined $pid && $pid =~ /^(\d+)/ ? $1 : undef;
}


# mode: fast or immediate
sub stop {
    my ($self, $mode) = @_;

    my $pid = $self->pid // return;
    kill(($mode // 'fast') eq 'immediate' ? 'QUIT' : 'INT', $pid);

    if (!wait_until { !kill 0, $pid } 30) {
        kill 'KILL', $pid;
        wait_until { !kill 0, $pid } 10;
    }

    return;
}


# Every process of the cluster: the postmaster and its children.
sub pids {
    my ($self) = @_;

    my $pid = $self->pid // return;
    return ($pid, Uptime::Util::children($pid));
}


sub conninfo {
    my ($self, $db) = @_;

    return "host=$self->{dir} user=uptime password=$self->{password} "
        . "dbname=$db";
}


sub connect {
    my ($self, $db) = @_;

    return DBI->connect("dbi:Pg:host=$self->{dir};dbname=$db", 'uptime',
        $self->{password}, { RaiseError => 1, PrintError => 0,
            PrintWarn => 0, AutoCommit => 1, AutoInactiveDestroy => 1,
            pg_enable_utf8 => 1, pg_server_prepare => 0 });
}


# The schema as the migrations make it, applied the way that the module does.
sub migrate {
    my ($self, $db, $root) = @_;

    my $dbh = $self->connect($db);
    $dbh->do("SET client_min_messages = warning");
    $dbh->do(slurp("$root/sql/pg/migrate_init.sql"));

    for my $file (sort glob "$root/sql/migrations/*.sql") {
        my ($version, $name) = basename($file) =~ /^(\d+)_(.+)\.sql$/
            or croak "bad name of a migration: $file";
        $dbh->selectrow_array('SELECT pg_temp.migrate(?::integer, ?, ?)',
            undef, $version + 0, $name, slurp($file));
    }

    $dbh->do(slurp("$root/sql/checker/timescaledb.sql")) if timescaledb();
    $dbh->disconnect;
    return;
}


sub create_template {
    my ($self, $root) = @_;

    my $dbh = $self->connect('postgres');
    $dbh->do('CREATE DATABASE ' . TEMPLATE);
    $dbh->disconnect;
    $self->migrate(TEMPLATE, $root);
    return;
}


# empty: without the schema
sub create_database {
    my ($self, $name, $empty) = @_;

    # only one CREATE DATABASE at a time may copy a template
    my $dbh = $self->connect('postgres');
    $dbh->do('SELECT pg_advisory_lock(1)');
    $dbh->do("CREATE DATABASE $name"
        . ($empty ? '' : ' TEMPLATE ' . TEMPLATE));
    $dbh->disconnect;
    return;
}


sub DESTROY {
    my ($self) = @_;

    local ($?, $@, $!);
    $self->stop('immediate') if $self->{owner} == $$;
    return;
}


1;
