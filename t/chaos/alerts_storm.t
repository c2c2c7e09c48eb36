# t/alerts_storm.t for twelve minutes, with 1,000 monitors that fail at once.

use strict;
use warnings;

use FindBin;

$ENV{CHAOS_SECONDS} //= 720;
$ENV{CHAOS_MONITORS} //= 1000;
$ENV{CHAOS_INTERVAL} //= 10;

do "$FindBin::Bin/../alerts_storm.t" or die $@ || $!;
