package Uptime::Fault;

# Calls of nginx that fail when a test says so: t/lib/fault.c in LD_PRELOAD.
# Create it before the first nginx of the test.

use strict;
use warnings;

use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Uptime::Server;
use Uptime::Util qw(spew slurp);

my $source = abs_path(dirname(__FILE__) . '/../fault.c');
my %place = (socket => 0, connect => 1, route => 2, transfer => 3, pin => 4,
    watch => 5);


sub unable {
    return 'the sanitizers preload a library of their own'
        if $ENV{UPTIME_ASAN};
    return system('cc --version >/dev/null 2>&1') ? 'cc is needed' : undef;
}


sub new {
    my ($class, %o) = @_;

    my $self = bless { %o }, $class;
    my $dir = $self->{dir};
    mkdir $dir or croak "mkdir $dir: $!";
    chmod 0755, $dir;

    system("cc -shared -fPIC -O1 -o $dir/fault.so $source -ldl -lcurl"
        . " > $dir/cc.log 2>&1") == 0 or croak slurp("$dir/cc.log");

    spew("$dir/control", '-' x 4096);
    my $nginx = Uptime::Server::binary();
    spew("$dir/nginx", "#!/bin/sh\nexport UPTIME_FAULT='$dir/control'\n"
        . "export LD_PRELOAD='$dir/fault.so'\${LD_PRELOAD:+:\$LD_PRELOAD}\n"
        . "exec '$nginx' \"\$@\"\n");
    chmod 0755, "$dir/nginx";
    $ENV{UPTIME_NGINX} = "$dir/nginx";
    return $self;
}


# what => letter of fault.c, '-' for none
sub set {
    my ($self, %what) = @_;

    open my $fh, '+<', "$self->{dir}/control" or croak $!;

    for my $name (keys %what) {
        my $at = $place{$name} // croak "no fault $name";
        sysseek $fh, $at, 0;
        syswrite $fh, $what{$name};
    }

    close $fh;
    return;
}


sub clear { return $_[0]->set(map { $_ => '-' } keys %place) }


1;
