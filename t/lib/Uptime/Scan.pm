package Uptime::Scan;

# What no log of a run may hold, whatever the tests themselves said.

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Find qw(find);
use MIME::Base64 qw(encode_base64url);
use Uptime::Util qw(slurp);

use constant BAD => qr/\[(?:alert|emerg)\]|AddressSanitizer|LeakSanitizer
    |runtime\ error:|open\ socket/x;


# Returns what was found, one line each.
sub run {
    my ($dir, @secrets) = @_;

    my (@logs, @reports, @found);

    find({ no_chdir => 1, wanted => sub {
        # blocks of Test::Nginx write a second log, see Uptime::Nginx
        return if !-f $_ || m{/pg\w*/data/|/servroot/};
        push @logs, $_ if m{/(?:error|output|access)[^/]*\.log$};
        push @reports, $_ if m{/asan/} && -s $_;
        push @secrets, _key($_) if m{/token\.key$};
    } }, $dir);

    push @found, map { _report($_) } sort @reports;
    push @found, map { _log($dir, $_, @secrets) } sort @logs;
    return @found;
}


# A report of a sanitizer.  When leaks are looked for, our module and its
# libraries are unloaded: their frames are in no module, or (by mistake) in a
# library of the sanitizers.  A leak without such a frame is nginx's own; so is
# what hangs on the pool of a configuration, with which nginx -t just ends.
sub _report {
    my ($file) = @_;

    my $text = slurp($file);
    my @leaks = $text =~ /^((?:Dir|Indir)ect leak of .*?)^\n/msg;

    @leaks = grep { !/^Indirect/ } @leaks
        if grep { /ngx_create_pool.*\n.*ngx_init_cycle/ } @leaks;

    if ($text !~ /ERROR: (?!LeakSanitizer: detected)|runtime error:/) {
        @leaks = grep { m{<unknown\ module>|_uptime_
            |^\s+\#[1-9]\d*\ 0x\w+\ +\(/\S+/lib(?:ub|a|l)san\.}xm } @leaks;
        return map { "$file: " . s/\n.*//sr } @leaks;
    }

    my ($line) = $text =~ /^(.*(?:ERROR:|runtime error:).*)$/m;
    return "$file: " . ($line // 'a report');
}


sub _key {
    my ($file) = @_;

    return map { /^\S+ (\S{16,})/ ? $1 : () } split /\n/, slurp($file);
}


sub _log {
    my ($dir, $file, @secrets) = @_;

    my $expected = dirname($file) . '/expected';
    my @expected = -f $expected ? split /\n/, slurp($expected) : ();
    my $secret = join '|', map { quotemeta } @secrets;

    # the second part of a token; none of these is a good one
    my $token = qr/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{40,}|
        upk_\w{8,}|\$argon2/x;

    my @found;
    my $short = substr $file, length($dir) + 1;

    open my $fh, '<', $file or return "$short: $!";

    while (my $line = <$fh>) {
        chomp $line;
        next if grep { $line =~ /$_/ } @expected;

        # a second after SIGTERM nginx kills who is still looking for leaks
        next if $ENV{UPTIME_ASAN} && $line =~ /exited on signal 9$/;

        if ($secret && $line =~ /$secret/ || $line =~ $token) {
            push @found, "$short: a secret: " . substr $line, 0, 120;
            next;
        }

        push @found, "$short: $line" if $line =~ BAD;
    }

    return @found;
}


1;
