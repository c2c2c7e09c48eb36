package Uptime::Server;

# One nginx of a test: its configuration, processes and logs.

use strict;
use warnings;

use Carp qw(croak);
use IO::Socket::INET;
use POSIX ();
use Scalar::Util qw(weaken);
use Uptime::Util qw(wait_until slurp spew cmdline alive free_port);


my @started;

# also after a signal, when the order of destruction is anybody's guess
END {
    local ($?, $@, $!);
    $_->DESTROY for grep { defined } @started;
}


# dir, module, plus what config() knows
sub new {
    my ($class, %o) = @_;

    my $self = bless { master => 1, workers => 1, checker => 0, owner => $$,
        daemon => 0,
        log_level => 'info', directives => '', http => '', server => '',
        main => '', location => '', cookie => 'insecure', connections => 512,
        login_attempts => 0, per_host => 0, host_rate => 0,
        allow => '127.0.0.0/8', port => free_port(),
        connections => 512,
        %o }, $class;

    push @started, $self;
    weaken($started[-1]);

    for my $dir ($self->{dir}, "$self->{dir}/temp") {
        mkdir $dir or croak "mkdir $dir: $!" if !-d $dir;
        chmod 0755, $dir;
    }

    return $self;
}


sub binary {
    return $ENV{UPTIME_NGINX} if defined $ENV{UPTIME_NGINX};

    for my $dir (split(/:/, $ENV{PATH}), '/usr/sbin', '/usr/local/sbin') {
        return "$dir/nginx" if -x "$dir/nginx";
    }

    croak 'nginx not found';
}


sub port      { return $_[0]{port} }
sub pid       { return $_[0]{pid} }
sub error_log { return "$_[0]{dir}/error.log" }
sub conf      { return "$_[0]{dir}/nginx.conf" }


sub config {
    my ($self) = @_;

    my $user = '';

    # nginx takes nothing else along to a new binary
    my $env = $ENV{UPTIME_ASAN} && $self->{daemon} ? join '',
        map { "env $_;\n" } qw(LD_PRELOAD ASAN_OPTIONS UBSAN_OPTIONS) : '';

    if (defined $self->{user}) {
        $user = "user $self->{user};";

    } elsif ($> == 0) {
        my @pw = getpwnam 'nobody' or croak 'no user nobody';
        $user = 'user nobody ' . getgrgid($pw[3]) . ';';
    }

    my $master = $self->{master} ? 'on' : 'off';
    my $daemon = $self->{daemon} ? 'on' : 'off';
    my $checker = $self->{checker} ? 'on' : 'off';
    my $database = $self->{database};
    my $dir = $self->{dir};
    my $key = $self->{key_file};
    my $cookie = $self->{cookie} eq 'insecure'
        ? 'uptime_insecure_cookie on;' : '';
    my $rate = defined $self->{host_rate}
        ? "uptime_host_rate $self->{host_rate};" : '';
    my $node = defined $self->{node} ? "uptime_node $self->{node};" : '';
    my $allow = $self->{allow} ? "uptime_allow_targets $self->{allow};" : '';
    my $roots = $self->_roots;
    my $timescaledb = $ENV{UPTIME_TEST_TIMESCALEDB}
        ? 'uptime_timescaledb on;' : '';
    my $temp = join "\n", map { "    ${_}_temp_path temp/$_;" }
        qw(client_body proxy fastcgi uwsgi scgi);

    return <<"END";
$user
daemon $daemon;
master_process $master;
worker_processes $self->{workers};
worker_shutdown_timeout 10s;
pid nginx.pid;
error_log error.log $self->{log_level};
load_module $self->{module};
$env
$self->{main}

events {
    worker_connections $self->{connections};
}

http {
    access_log access.log;
$temp

    uptime_database "$database";
    uptime_token_key_file $key;
    uptime_checker $checker;
    uptime_spool_path spool;
    uptime_login_attempts $self->{login_attempts};
    uptime_max_checks_per_host $self->{per_host};
    $rate
    $node
    $allow
    $roots
    $timescaledb
    $self->{directives}
    $self->{http}

    server {
        listen 127.0.0.1:$self->{port};

        location /api/ {
            uptime_api;
            $cookie
            $self->{location}
        }

        location = /plain {
            return 200 "plain\\n";
        }

        $self->{server}
    }
}
END
}


# With the sanitizers each start of a checker would take seconds to read the
# system's certificates, longer than a takeover may last: one will do.
sub _roots {
    my ($self) = @_;

    return '' if !$ENV{UPTIME_ASAN}
        || $self->{directives} =~ /uptime_trusted_certificate/;

    my ($first) = slurp('/etc/ssl/certs/ca-certificates.crt')
        =~ /^(-----BEGIN.*?-----END \S+-----\n)/ms or return '';
    spew("$self->{dir}/roots.pem", $first);
    return "uptime_trusted_certificate $self->{dir}/roots.pem;";
}


sub write_config {
    my ($self, $text) = @_;

    $text //= $self->config;
    spew($self->conf, $text);
    return;
}


sub _exec {
    my ($self, @args) = @_;

    my $pid = fork // croak "fork: $!";
    return $pid if $pid;

    $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP QUIT);
    open STDIN, '<', '/dev/null';
    open STDOUT, '>>', "$self->{dir}/output.log";
    open STDERR, '>&', \*STDOUT;
    POSIX::setpgid(0, 0);
    %ENV = (%ENV, %{ $self->{env} // {} });

    # with sanitizers nginx is a script of t/run that adds it to theirs
    $ENV{$ENV{UPTIME_ASAN} ? 'UPTIME_PRELOAD' : 'LD_PRELOAD'}
        = $self->{preload} if defined $self->{preload};

    exec { binary() } binary(), '-p', "$self->{dir}/", '-c', 'nginx.conf',
        '-e', 'error.log', @args or POSIX::_exit(127);
}


# nginx -t; returns (exit status, what it wrote)
sub check {
    my ($self, $text) = @_;

    $self->write_config($text);
    unlink "$self->{dir}/output.log";
    waitpid $self->_exec('-t'), 0;
    return ($? >> 8, slurp("$self->{dir}/output.log"));
}


sub start {
    my ($self) = @_;

    for my $try (1 .. 5) {
        $self->write_config;
        my $from = -s $self->error_log // 0;
        my $pid = $self->{pid} = $self->_exec;

        # the daemon's parent ends at once
        if ($self->{daemon}) {
            waitpid $pid, 0;
            $self->{pid} = wait_until { $self->pid_of_file } 5;
        }

        my $ready = wait_until {
            return 'gone' if !defined $self->{pid}
                || waitpid($pid, POSIX::WNOHANG()) == $pid;
            return $self->answers ? 'up' : undef;
        } 20;

        if (($ready // '') eq 'up') {
            return $self;
        }

        kill 'KILL', $self->{pid} if defined $self->{pid};
        my $out = slurp("$self->{dir}/output.log");
        last if $out !~ /Address already in use/;

        # somebody else was faster
        rename $self->error_log, $self->error_log . ".taken.$try";
        unlink "$self->{dir}/output.log";
        $self->{port} = free_port();
    }

    undef $self->{pid};
    croak "nginx does not start:\n" . slurp("$self->{dir}/output.log");
}


# The master that the pid file names: with "daemon on", and after an upgrade of
# the binary, it is no child of the test.
sub pid_of_file {
    my ($self) = @_;

    my $file = "$self->{dir}/nginx.pid";
    return -s $file ? slurp($file) + 0 : undef;
}


# From now on this master is meant.
sub adopt {
    my ($self, $pid) = @_;

    $self->{pid} = $pid;
    return;
}


sub answers {
    my ($self) = @_;

    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}, Timeout => 2) or return 0;
    print $s "GET /plain HTTP/1.0\r\n\r\n";
    my $line = <$s> // '';
    return $line =~ m{^HTTP/1\.\d 200};
}


# signal: QUIT, TERM or KILL; true if everything was gone in time
sub stop {
    my ($self, $signal) = @_;

    my $pid = $self->{pid} // return 1;
    my @all = ($pid, $self->children);

    kill $signal // 'QUIT', $pid;
    my $gone = wait_until {
        waitpid $pid, POSIX::WNOHANG();
        return !grep { alive($_) } @all;
    } 15;

    if (!$gone) {
        kill 'KILL', @all;
        waitpid $pid, 0;
    }

    undef $self->{pid};
    return $gone;
}


sub signal {
    my ($self, $signal, $pid) = @_;

    return kill $signal, $pid // $self->{pid};
}


sub _titled {
    my ($self, $title) = @_;

    return grep { cmdline($_) =~ /^nginx: \Q$title\E(?! is shutting)/ }
        $self->children;
}


sub workers  { return $_[0]->_titled('worker process') }
sub checkers { return $_[0]->_titled('uptime checker process') }
sub children { return Uptime::Util::children($_[0]{pid}) }


# logs

sub log_text {
    my ($self, $from) = @_;

    open my $fh, '<', $self->error_log or return '';
    seek $fh, $from // 0, 0;
    local $/;
    return scalar(<$fh>) // '';
}


sub log_size  { return -s $_[0]->error_log // 0 }


sub log_lines {
    my ($self, $pattern, $from) = @_;

    return grep { $_ =~ $pattern } split /\n/, $self->log_text($from);
}


sub wait_log {
    my ($self, $pattern, $seconds, $from) = @_;

    return wait_until { ($self->log_lines($pattern, $from))[0] } $seconds;
}


# Lines that t/run's scan of the logs accepts, regular expressions.
sub expect_log {
    my ($self, @patterns) = @_;

    open my $fh, '>>', "$self->{dir}/expected" or croak $!;
    print $fh "$_\n" for @patterns;
    close $fh;
    return;
}


sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$ || !defined $self->{pid};
    local ($?, $@, $!);
    $self->stop('TERM');
    return;
}


1;
