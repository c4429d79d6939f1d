# SPDX-License-Identifier: GPL-2.0-only
# How user programs are compiled, by the names that Kbuild has for such: static,
# so that they run on any root. NAME-userldlibs is what one is linked with besides,
# as in: maths-userldlibs := -lm
userccflags := -std=c11 -O2 -g -Wall -Wextra -static
