# t/alerts_network.t with 500 targets and faults of half a minute; about four
# minutes.

use strict;
use warnings;

use FindBin;

$ENV{CHAOS_MONITORS} //= 500;
$ENV{CHAOS_INTERVAL} //= 10;
$ENV{CHAOS_DWELL} //= 30;

do "$FindBin::Bin/../alerts_network.t" or die $@ || $!;
