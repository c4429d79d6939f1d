# SPDX-License-Identifier: GPL-2.0-only
# How user programs are compiled and what they are linked with, by the names that
# Kbuild has for that: static, so that they run on any root.
userccflags := -std=c11 -O2 -g -Wall -Wextra -static
userldlibs := -lm
