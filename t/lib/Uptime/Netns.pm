package Uptime::Netns;

# A test in a network of its own: every address, public or not, is this host
# and none of them is an interface's, so the address policy of production
# runs untouched, and nothing leaves the machine.
#
#   use Uptime::Netns;          before anything is started
#
# starts the test again in new mount and network namespaces, or skips it
# where these are forbidden.  /etc/resolv.conf names 127.0.0.1, /etc/hosts
# only localhost.

use strict;
use warnings;

use Carp qw(croak);
use File::Temp qw(tempdir);
use Test::More;
use Uptime::Util qw(spew);

our $V6;


sub import {
    my ($class) = @_;

    if (!$ENV{UPTIME_NETNS}) {
        my $why = _unable();
        plan(skip_all => $why) if $why;
        $ENV{UPTIME_NETNS} = 1;
        exec { 'unshare' } 'unshare', '-m', '-n', '--', $^X,
            (map { "-I$_" } grep { !ref } @INC), $0, @ARGV
            or croak "unshare: $!";
    }

    delete $ENV{UPTIME_NETNS};
    _command('link', 'set', 'lo', 'up');
    routes('add');
    _files();
    return;
}


sub _unable {
    return 'namespaces need root' if $> != 0;
    return 'namespaces are forbidden here'
        if system('unshare -m -n -- true >/dev/null 2>&1');
    return 'ip, of iproute2, is needed'
        if system('ip link show lo >/dev/null 2>&1');
    return;
}


sub _command {
    my (@args) = @_;

    return system('ip', @args) == 0 || croak "ip @args failed";
}


# 'add' or 'del': all addresses are here, or there is no route to any
sub routes {
    my ($what) = @_;

    _command('route', $what, 'local', '0.0.0.0/0', 'dev', 'lo');
    $V6 = system("ip -6 route $what local ::/0 dev lo 2>/dev/null") == 0;
    return;
}


sub _files {
    my $dir = tempdir('uptime-netns.XXXXXX', TMPDIR => 1, CLEANUP => 1);
    my %text = (
        'resolv.conf' => "nameserver 127.0.0.1\n",
        'hosts'       => "127.0.0.1 localhost\n::1 localhost\n"
            . "10.1.2.3 internal.hosts\n93.184.215.14 public.hosts\n",
    );

    for my $name (sort keys %text) {
        spew("$dir/$name", $text{$name});
        chmod 0644, "$dir/$name";
        system('mount', '--bind', "$dir/$name", "/etc/$name") == 0
            or croak "mount of /etc/$name failed";
    }

    return;
}


1;
