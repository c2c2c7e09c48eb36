package Uptime::Totp;

# What an authenticator app does: the codes of a secret.

use strict;
use warnings;

use parent 'Exporter';

use Digest::SHA qw(hmac_sha1);

our @EXPORT_OK = qw(code unbase32);


# Bytes of a secret as the API gives it.
sub unbase32 {
    my ($text) = @_;

    my $bits = join '', map { sprintf '%05b',
        index('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', $_) } split //, $text;
    return pack 'B' . 8 * int(length($bits) / 8), $bits;
}


# RFC 6238 with six digits: the code of now, or of so many steps of 30 s later.
sub code {
    my ($secret, $steps) = @_;

    my $mac = hmac_sha1(pack('Q>', int(time / 30) + ($steps // 0)), $secret);
    my $at = ord(substr $mac, -1) & 15;
    return sprintf '%06d',
        (unpack('N', substr $mac, $at, 4) & 0x7fffffff) % 1_000_000;
}


1;
