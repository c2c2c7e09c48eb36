package Uptime::Token;

# Access tokens made by hand, so that tests can also make bad ones.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use Exporter qw(import);
use JSON::PP ();
use MIME::Base64 qw(encode_base64url decode_base64url);

# a session need not exist, it only must not have ended
use constant NO_SESSION => '2000000000';

our @EXPORT_OK = qw(mint sign claims b64 unb64);

my $json = JSON::PP->new->canonical->utf8;


sub b64   { return encode_base64url($_[0], '') }
sub unb64 { return decode_base64url($_[0]) }


# What the server puts into a token; the second part of one is decoded.
sub claims {
    my ($token) = @_;

    return map { $json->decode(unb64($_)) } (split /\./, $token)[0, 1];
}


# header and claims are texts or hashes
sub sign {
    my ($key, $header, $claims) = @_;

    my $text = join '.', map { b64(ref $_ ? $json->encode($_) : $_) }
        $header, $claims;
    return $text . '.' . b64(hmac_sha256($text, $key));
}


# key => bytes, kid, sub, sid; header => {...} and claims => {...} replace
# single members, undef takes one away
sub mint {
    my (%o) = @_;

    my $now = time;
    my %header = (alg => 'HS256', typ => 'JWT', kid => $o{kid},
        %{ $o{header} // {} });
    my %claims = (token_use => 'access', iss => 'uptime', aud => 'uptime',
        sub => "$o{sub}", sid => $o{sid} // NO_SESSION,
        role => $o{role} // 'user', iat => $now, exp => $now + 600,
        %{ $o{claims} // {} });

    for my $h (\%header, \%claims) {
        delete @$h{ grep { !defined $h->{$_} } keys %$h };
    }

    return sign($o{key}, \%header, \%claims);
}


1;
