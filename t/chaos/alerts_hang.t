# t/alerts_hang.t with 1,000 other alerts; half a minute.

use strict;
use warnings;

use FindBin;

$ENV{CHAOS_ALERTS} //= 1000;
$ENV{CHAOS_TIMEOUT} //= 10;

do "$FindBin::Bin/../alerts_hang.t" or die $@ || $!;
