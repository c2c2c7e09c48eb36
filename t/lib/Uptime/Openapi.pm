package Uptime::Openapi;

# src/api/openapi.json, and whether an answer is what it says.

use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(dirname);
use JSON::PP ();
use JSON::Validator;
use Uptime::Util qw(slurp);

our @EXPORT_OK = qw(document operation violations);

my ($document, @paths, %validator);


sub document {
    return $document //= JSON::PP->new->utf8->decode(
        slurp(dirname(__FILE__) . '/../../../src/api/openapi.json'));
}


# The template and the operation of a method and a path below /api/v1.
sub operation {
    my ($method, $path) = @_;

    my $all = document()->{paths};
    @paths = map { [$_, '^' . join('[^/]+', map { quotemeta }
        split(/\{\w+\}/, $_, -1)) . '$'] } sort keys %$all if !@paths;
    my ($found) = grep { $path =~ $_->[1] } @paths or return;
    return ($found->[0],
        $all->{ $found->[0] }{ $method eq 'HEAD' ? 'get' : lc $method });
}


sub _validator {
    my ($name, $schema) = @_;

    return $validator{$name} //= JSON::Validator->new->schema({
        '$schema' => 'https://json-schema.org/draft/2019-09/schema',
        allOf => [$schema], components => document()->{components},
    })->schema;
}


sub _resolved {
    my ($response) = @_;

    my $ref = $response->{'$ref'} // return $response;
    return document()->{components}{responses}{ ($ref =~ m{([^/]+)$})[0] };
}


# What is wrong with an answer, a line each; nothing about paths that are not
# the document's.
sub violations {
    my ($method, $url, $res) = @_;

    my ($path) = $url =~ m{/api/v1(/[^?#]*)} or return;
    my ($template, $operation) = operation($method, $path);
    return if !$operation || $res->{status} == 599;

    my $known = $operation->{responses}{ $res->{status} };
    return "$res->{status} is no answer of $method $template"
        if !$known && $res->{status} < 400;

    my $response = _resolved($known // $operation->{responses}{default});
    my $got = ($res->{headers}{'content-type'} // '') =~ s/;.*//r;
    my ($type) = $response->{content}{$got} ? $got
        : keys %{ $response->{content} // {} };

    return $res->{content} eq '' ? ()
        : "$method $template $res->{status} has a body" if !defined $type;
    return if $method eq 'HEAD';

    # nginx refuses what is not HTTP before it knows where it belongs
    return if $res->{status} == 400 && $got eq 'text/html';

    return "$method $template $res->{status}: $got instead of $type"
        if $got ne $type;

    # what is streamed is looked at by its own test
    return if $type !~ /json$/;

    my $name = "$method $template " . ($known ? $res->{status} : 'default');
    return map { "$name: $_" } _validator($name,
        $response->{content}{$type}{schema})->validate(_ends($res->{json}));
}


# A millisecond for each row: of very long lists both ends.
sub _ends {
    my ($json) = @_;

    return $json if ref $json ne 'HASH' || ref $json->{items} ne 'ARRAY'
        || @{ $json->{items} } <= 100;
    return { %$json, items => [@{ $json->{items} }[0 .. 49, -50 .. -1]] };
}


1;
