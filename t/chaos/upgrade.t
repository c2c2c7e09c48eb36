# t/upgrade.t ten times, with more of everything; about three minutes.

use strict;
use warnings;

use FindBin;

$ENV{CHAOS_ROUNDS} //= 10;
$ENV{CHAOS_MONITORS} //= 1000;
$ENV{CHAOS_API} //= 100;
$ENV{CHAOS_DWELL} //= 6;

do "$FindBin::Bin/../upgrade.t" or die $@ || $!;
