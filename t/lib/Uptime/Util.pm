package Uptime::Util;

# Small things that every part of the test library needs.

use strict;
use warnings;

use Carp qw(croak);
use Exporter qw(import);
use IO::Socket::INET;
use Time::HiRes qw(time);

our @EXPORT_OK = qw(wait_until slurp spew random_hex children cmdline
                    alive free_port);


# Polls the block until it returns something true; returns that, or nothing
# after so many seconds.
sub wait_until(&$) {
    my ($block, $seconds) = @_;

    my $end = time + $seconds;

    while (1) {
        my $value = $block->();
        return $value if $value;
        return if time > $end;
        select undef, undef, undef, 0.02;
    }
}


sub slurp {
    my ($file) = @_;

    open my $fh, '<', $file or croak "$file: $!";
    local $/;
    return scalar(<$fh>) // '';
}


sub spew {
    my ($file, $text) = @_;

    utf8::encode($text) if utf8::is_utf8($text);
    open my $fh, '>', $file or croak "$file: $!";
    print $fh $text;
    close $fh or croak "$file: $!";
    return;
}


sub random_hex {
    my ($bytes) = @_;

    open my $fh, '<:raw', '/dev/urandom' or croak $!;
    read($fh, my $raw, $bytes) == $bytes or croak "random: $!";
    return unpack 'H*', $raw;
}


sub _stat {
    my ($pid) = @_;

    open my $fh, '<', "/proc/$pid/stat" or return;
    my $line = <$fh> // return;
    return $line =~ /^\d+ \(.*\) (\S) (\d+)/s ? ($1, $2) : ();
}


# Not a zombie.
sub alive {
    my ($pid) = @_;

    my ($state) = _stat($pid);
    return defined $state && $state !~ /[ZX]/;
}


sub children {
    my ($parent) = @_;

    my @found;
    opendir my $dh, '/proc' or croak $!;

    for my $pid (grep { /^\d+$/ } readdir $dh) {
        my ($state, $ppid) = _stat($pid);
        push @found, $pid
            if defined $ppid && $ppid == $parent && $state !~ /[ZX]/;
    }

    return sort { $a <=> $b } @found;
}


sub cmdline {
    my ($pid) = @_;

    open my $fh, '<', "/proc/$pid/cmdline" or return '';
    local $/;
    my $text = <$fh> // '';
    $text =~ tr/\0/ /;
    return $text;
}


# Below the range of outgoing connections; the caller tries another one if
# somebody else was faster.
sub free_port {
    for (1 .. 200) {
        my $port = 12000 + int rand 18000;
        my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
            LocalPort => $port, Listen => 1, ReuseAddr => 1) or next;
        close $s;
        return $port;
    }

    croak 'no free port';
}


1;
