# t/alerts_kills.t with 200 kills and 500 monitors; about twenty minutes.

use strict;
use warnings;

use FindBin;

$ENV{CHAOS_KILLS} //= 200;
$ENV{CHAOS_MONITORS} //= 500;
$ENV{CHAOS_INTERVAL} //= 10;

do "$FindBin::Bin/../alerts_kills.t" or die $@ || $!;
