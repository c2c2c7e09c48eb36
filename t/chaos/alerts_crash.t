# t/alerts_crash.t with ten crashes at each point, in real time; about ten
# minutes.

use strict;
use warnings;

use FindBin;

$ENV{CHAOS_CRASHES} //= 10;
$ENV{CHAOS_MINUTE} //= 1;

do "$FindBin::Bin/../alerts_crash.t" or die $@ || $!;
