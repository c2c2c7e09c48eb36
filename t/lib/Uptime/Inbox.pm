package Uptime::Inbox;

# Where alerts go: a web server that keeps every request, in one process.

use strict;
use warnings;

use Carp qw(croak);
use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(time);


# Paths: /ok...  /status/N  /hang (never answers)  /after/N... (503 until the
# N-th request)  /wait/S (429 with Retry-After)  /flip/S/N (503 every
# other S seconds)
sub start {
    my ($class, %o) = @_;

    my $self = bless { dir => $o{dir}, owner => $$ }, $class;
    mkdir $self->{dir} or croak "mkdir $self->{dir}: $!" if !-d $self->{dir};
    my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => 0, Listen => 512, ReuseAddr => 1)
        or croak "listen: $!";
    $self->{port} = $listen->sockport;
    $self->{pid} = fork // croak "fork: $!";

    if ($self->{pid} == 0) {
        $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP QUIT);
        $SIG{PIPE} = 'IGNORE';

        # the harness waits for whoever has its output open
        setpgrp;
        open STDOUT, '>>', "$self->{dir}/output";
        open STDERR, '>&', \*STDOUT;
        eval { $self->_serve($listen); 1 } or print STDERR $@;
        POSIX::_exit(0);
    }

    return $self;
}


sub url { return "http://127.0.0.1:$_[0]{port}$_[1]" }


# What has come, in order: { at, path, id, type, data } of each message.
sub got {
    my ($self, $path) = @_;

    open my $fh, '<', "$self->{dir}/got" or return;
    my @all = map { JSON::PP::decode_json($_) } grep { /\n\z/ } <$fh>;
    return grep { !defined $path || $_->{path} eq $path } @all;
}


sub _serve {
    my ($self, $listen) = @_;

    my $select = IO::Select->new($listen);
    my (%read, %hits);
    open my $log, '>>', "$self->{dir}/got" or die $!;
    $log->autoflush;

    while (1) {
        for my $fh ($select->can_read) {
            if ($fh == $listen) {
                my $s = $listen->accept or next;
                $select->add($s);
                $read{$s} = '';
                next;
            }

            my $n = sysread $fh, $read{$fh}, 65_536, length $read{$fh};
            my ($head, $body) = split /\r\n\r\n/, $read{$fh}, 2;
            my ($length) = ($head // '') =~ /^Content-Length: (\d+)/mi;

            if ($n && !(defined $body && length $body >= ($length // 0))) {
                next;
            }

            my $open = $n && $self->_answer($fh, $head, $body, $log, \%hits);
            next if $open;
            $select->remove($fh);
            delete $read{$fh};
            close $fh;
        }
    }

    return;
}


# True: it is left open.
sub _answer {
    my ($self, $fh, $head, $body, $log, $hits) = @_;

    my ($path) = $head =~ /^\S+ (\S+)/;
    my ($id) = $head =~ /^webhook-id: (\S+)/mi;
    my $data = eval { JSON::PP::decode_json($body) } // {};
    print $log $path =~ m{^/flip} ? '' : JSON::PP->new->canonical->utf8->encode({ at => time,
        path => $path, id => $id, type => $data->{type},
        data => $data->{data} }) . "\n";
    return 1 if $path =~ m{^/hang};

    my $n = ++$hits->{$path};
    my $status = $path =~ m{^/status/(\d+)} ? $1
        : $path =~ m{^/wait/} ? 429
        : $path =~ m{^/flip/(\d+)/(\d+)} && int((time + $2) / $1) % 2 ? 503
        : $path =~ m{^/after/(\d+)} && $n < $1 ? 503 : 200;
    my $more = $path =~ m{^/wait/(\d+)} ? "Retry-After: $1\r\n" : '';
    print $fh "HTTP/1.1 $status X\r\n${more}Content-Length: 3\r\n"
        . "Connection: close\r\n\r\nso\n";
    return 0;
}


sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid} // return;
    kill 'KILL', $pid;
    waitpid $pid, 0;
    return;
}


sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$;
    local ($?, $@, $!);
    $self->stop;
    return;
}


1;
