package Uptime::Process;

# A process of a test's own (a target, a sink, a DNS server) that ends with the
# object; its output goes to the file "output" in the object's folder.

use strict;
use warnings;

use Carp qw(croak);
use POSIX ();


# Runs $body in a process, which leaves after it; it may as well exec.  The
# object has a dir and an owner: the process that ends this one.
sub spawn {
    my ($self, $body) = @_;

    $self->{owner} = $$;
    $self->{pid} = fork // croak "fork: $!";
    return if $self->{pid};

    $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP QUIT);
    $SIG{PIPE} = 'IGNORE';
    setpgrp;

    # the harness waits for whoever has its output open
    open STDIN, '<', '/dev/null';
    open STDOUT, '>>', "$self->{dir}/output";
    open STDERR, '>&', \*STDOUT;

    eval { $body->(); 1 } or print STDERR $@;
    POSIX::_exit(0);
}


# With what it has started: it is the leader of a group.
sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid} or return;
    kill 'KILL', -$pid, $pid;
    waitpid $pid, 0;
    return;
}


sub DESTROY {
    my ($self) = @_;

    return if ($self->{owner} // 0) != $$;
    local ($?, $@, $!);
    $self->stop;
    return;
}


1;
