package Uptime::Clock;

# A wall clock that a test sets, for one nginx: see clock.c.

use strict;
use warnings;

use Carp qw(croak);
use File::Basename qw(dirname);
use Uptime::Util qw(spew);

my $library;


# dir: where its file is; the options for Uptime::Server
sub new {
    my ($class, $dir) = @_;

    $library //= _compile();
    my $self = bless { file => "$dir/clock" . ++$Uptime::Clock::n }, $class;
    $self->set(0);
    return $self;
}


sub server {
    my ($self) = @_;

    return (preload => $library, env => { UPTIME_TEST_CLOCK => $self->{file} });
}


# Seconds that it is ahead.
sub set {
    my ($self, $seconds) = @_;

    spew("$self->{file}.new", "$seconds\n");
    rename "$self->{file}.new", $self->{file} or croak "$self->{file}: $!";
    return;
}


sub _compile {
    my $so = "$ENV{UPTIME_RUN}/clock-$$.so";
    my $source = dirname(dirname(__FILE__)) . '/clock.c';

    system($ENV{CC} // 'cc', qw(-shared -fPIC -O2 -o), $so, $source) == 0
        or croak "$source does not compile";
    chmod 0755, $so;
    return $so;
}


1;
