package Uptime::Session;

# One signed-in browser: an access token and the refresh cookie.

use strict;
use warnings;

use Carp qw(croak);
use Uptime::Util qw(random_hex);

use constant PASSWORD => 'correct horse 42';


# A new account through the API; email, password.
sub sign_up {
    my ($class, $client, %o) = @_;

    my $self = bless { client => $client->as(undef),
        email => 'user' . random_hex(4) . '@example.com',
        password => PASSWORD, %o }, $class;

    my $res = $self->take($self->{client}->post('/auth/signup',
        { email => $self->{email}, password => $self->{password} }));
    croak "sign-up: $res->{status} $res->{content}" if $res->{status} != 201;
    $self->{id} = $res->{json}{user}{id};
    return $self;
}


# The same account in another browser.
sub log_in {
    my ($self, %o) = @_;

    my $new = bless { %$self, client => $self->{client}->as(undef), %o },
        ref $self;
    my $res = $new->take($new->{client}->post('/auth/login',
        { email => $new->{email}, password => $new->{password} }));
    croak "log-in: $res->{status} $res->{content}" if $res->{status} != 200;
    return $new;
}


# Remembers what an answer brings; returns the answer.
sub take {
    my ($self, $res) = @_;

    my ($name, $value) = cookie($res);
    @$self{qw(name cookie)} = ($name, $value) if defined $name;

    if (($res->{json} // {})->{access_token}) {
        $self->{token} = $res->{json}{access_token};
        $self->{client}{token} = $self->{token};
        $self->{session} = (Uptime::Token::claims($self->{token}))[1]{sid};
    }

    return $res;
}


# Name, value and attributes of the cookie in an answer, or nothing.
sub cookie {
    my ($res) = @_;

    my $field = $res->{headers}{'set-cookie'} // return;
    my ($name, $value, @rest) = $field =~ /^([^=;]+)=([^;]*)((?:;[^;]*)*)$/
        or croak "cookie: $field";
    return ($name, $value, map { s/^\s+//r } grep { length } split /;/,
        $rest[0]);
}


# POST /auth/refresh; cookie => another value, headers => {...} instead of
# those of a browser on the same page, client => another nginx
sub refresh {
    my ($self, %o) = @_;

    return $self->take($self->send('/auth/refresh', %o));
}


sub log_out {
    my ($self, %o) = @_;

    return $self->send('/auth/logout', %o);
}


sub send {
    my ($self, $path, %o) = @_;

    my $value = exists $o{cookie} ? $o{cookie} : $self->{cookie};
    my %headers = %{ $o{headers} // { 'Sec-Fetch-Site' => 'same-origin' } };
    $headers{Cookie} = "$self->{name}=$value" if defined $value;

    return ($o{client} // $self->{client})->request('POST', $path, undef,
        headers => \%headers, token => undef);
}




1;
