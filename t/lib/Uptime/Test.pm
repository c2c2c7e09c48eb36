package Uptime::Test;

# What every .t file of the plain harness starts with: a database of its own,
# nginx, users and targets.  All of Test::More comes with it.

use strict;
use warnings;

use Carp qw(croak);
use File::Basename qw(basename);
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More;
use Time::HiRes ();
use Uptime::Client;
use Uptime::Cluster;
use Uptime::Server;
use Uptime::Session;
use Uptime::Target;
use Uptime::Token ();
use Uptime::Util qw(wait_until spew random_hex);

use Exporter qw(import);

our @EXPORT = (@Test::More::EXPORT, qw(wait_until until_ok problem_ok
    field_errors fields_ok note_json true false patience));

$SIG{INT} = $SIG{TERM} = sub { exit 1 };

binmode $_, ':utf8' for map { Test::More->builder->$_ }
    qw(output failure_output todo_output);


# Limits in time are for the module as it is shipped: with the sanitizers it,
# and what it talks to, takes several times as long.
sub patience { return $ENV{UPTIME_ASAN} ? 6 : 1 }


sub true  { return JSON::PP::true }
sub false { return JSON::PP::false }


# empty: a database without the schema; cluster: another one than the run's;
# everything else goes to the first nginx, see Uptime::Server
sub new {
    my ($class, %o) = @_;

    my $name = basename($0, '.t');
    $name =~ s/\W/_/g;

    my $self = bless {
        cluster => delete $o{cluster} // Uptime::Cluster->of_run,
        db      => 't_' . $name . "_$$" . '_' . random_hex(4),
        servers => [],
        targets => 0,
    }, $class;

    $self->{dir} = "$ENV{UPTIME_RUN}/$self->{db}";
    mkdir $self->{dir} or croak "mkdir $self->{dir}: $!";
    chmod 0755, $self->{dir};

    $self->{cluster}->create_database($self->{db}, delete $o{empty});

    $self->{key} = pack 'H*', random_hex(32);
    $self->{kid} = 'k' . random_hex(2);
    $self->{key_file} = "$self->{dir}/token.key";
    spew($self->{key_file}, "$self->{kid} " . encode_base64($self->{key}, '')
        . "\n");
    chmod 0600, $self->{key_file};

    $self->{options} = \%o;
    return $self;
}


# An nginx (the first one has the options of new()); started.
sub nginx {
    my ($self, %o) = @_;

    return $self->add_nginx(%o)->start;
}


sub add_nginx {
    my ($self, %o) = @_;

    my $n = @{ $self->{servers} };
    my $server = Uptime::Server->new(dir => "$self->{dir}/nginx$n",
        module => $ENV{UPTIME_MODULE}, key_file => $self->{key_file},
        database => $self->{cluster}->conninfo($self->{db}),
        node => "node$n", %{ $self->{options} }, %o);
    push @{ $self->{servers} }, $server;
    return $server;
}


sub server { return $_[0]{servers}[$_[1] // 0] }


sub client {
    my ($self, $token, $n) = @_;

    return Uptime::Client->new(token => $token,
        base => 'http://127.0.0.1:' . $self->server($n)->port);
}


sub conn {
    my ($self, $n) = @_;

    return Uptime::Conn->new($self->server($n)->port);
}


sub target {
    my ($self, %o) = @_;

    return Uptime::Target->start(
        dir => "$self->{dir}/target" . $self->{targets}++, %o);
}


# database

sub dbh {
    my ($self) = @_;

    $self->{dbh} = $self->{cluster}->connect($self->{db})
        if !$self->{dbh} || !$self->{dbh}->ping;
    return $self->{dbh};
}


sub sql {
    my ($self, $query, @bind) = @_;

    return @{ $self->dbh->selectall_arrayref($query, { Slice => {} }, @bind) };
}


sub value {
    my ($self, $query, @bind) = @_;

    return scalar $self->dbh->selectrow_array($query, undef, @bind);
}


sub execute {
    my ($self, $query, @bind) = @_;

    return $self->dbh->do($query, undef, @bind);
}


# A user made in the database, without the API; returns (id, token).
sub user {
    my ($self, %o) = @_;

    my $role = $o{role} // 'user';
    my $email = $o{email} // 'user' . random_hex(4) . '@example.com';
    my $id = $self->value('INSERT INTO users (email, password_hash, role) '
        . 'VALUES (?, ?, ?) RETURNING id', $email, '!', $role);
    return ($id, $self->mint(sub => $id, role => $role));
}


# A client who is a new user.
sub user_client {
    my ($self, %o) = @_;

    my ($id, $token) = $self->user(%o);
    return $self->client($token);
}


sub mint {
    my ($self, %o) = @_;

    return Uptime::Token::mint(key => $self->{key}, kid => $self->{kid}, %o);
}


# checks

sub until_ok(&$$) {
    my ($block, $seconds, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $start = Time::HiRes::time();
    my $value = wait_until { $block->() } $seconds;
    ok($value, $name);
    note(sprintf 'after %.1f s', Time::HiRes::time() - $start);
    return $value;
}


# A problem document with everything that the contract wants.
sub problem_ok {
    my ($res, $status, $code, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $p = ref $res->{json} eq 'HASH' ? $res->{json} : {};
    my @wrong;

    push @wrong, "status $res->{status}" if $res->{status} != $status;
    push @wrong, 'content type ' . ($res->{headers}{'content-type'} // 'none')
        if ($res->{headers}{'content-type'} // '')
            !~ m{^application/problem\+json\b};
    push @wrong, 'code ' . ($p->{code} // 'none')
        if defined $code && ($p->{code} // '') ne $code;
    push @wrong, 'status in the body' if ($p->{status} // 0) != $status;
    push @wrong, map { "no $_" }
        grep { !defined $p->{$_} || $p->{$_} eq '' }
        qw(type title code detail request_id);
    push @wrong, 'request id differs' if ($p->{request_id} // '')
        ne ($res->{headers}{'x-request-id'} // '');
    push @wrong, 'no WWW-Authenticate' if $status == 401
        && ($res->{headers}{'www-authenticate'} // '') !~ /^Bearer\b/;
    push @wrong, 'no Retry-After' if ($status == 503 || $status == 429)
        && ($res->{headers}{'retry-after'} // '') !~ /^\d+$/;
    push @wrong, 'no Allow' if $status == 405 && !$res->{headers}{allow};

    ok(!@wrong, $name) or diag(join(', ', @wrong) . "\n"
        . ($res->{content} // ''));
    return !@wrong;
}


sub field_errors {
    my ($res) = @_;

    my $errors = ref $res->{json} eq 'HASH' ? $res->{json}{errors} : undef;
    return { map { $_->{field} => $_->{code} } @{ $errors // [] } };
}


# A 422 with exactly these fields and codes; every error has a message.
sub fields_ok {
    my ($res, $expected, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $silent = grep { !$_->{message} } @{ ref $res->{json} eq 'HASH'
        ? $res->{json}{errors} // [] : [] };

    if ($res->{status} != 422 || $silent) {
        fail($name);
        diag("status $res->{status}: $res->{content}");
        return 0;
    }

    return is_deeply(field_errors($res), $expected, $name);
}


sub note_json {
    return note(JSON::PP->new->canonical->pretty->encode($_[0]));
}


1;
