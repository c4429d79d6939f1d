#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# net.sh - packets to the host behind net.ko, and those that it does not answer.
#
# Idea: a driver gets whatever the network stack sends: what it cannot use it
# counts and drops, and it must look before it reads.
#
# Usage:
#	/net.sh
#
# Expected:
#	KTAP version 1
#	1..9
#	ok 1 it answers
#	ok 2 others of its network do so too
#	ok 3 the largest packet that fits
#	ok 4 each packet is counted, both ways
#	ok 5 a packet in pieces is not answered
#	ok 6 its pieces are counted as dropped
#	ok 7 it takes another hardware address
#	ok 8 but none that is for groups
#	ok 9 the device goes with the module, also when it is up
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_INET, CONFIG_NETDEVICES
# See: kernel_module/net.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

counters=/sys/class/net/net0/statistics
trap 'rmmod net 2>/dev/null || :' EXIT

# answers ADDRESS BYTES prints how many of two pings come back.
answers() { ping -A -c 2 -W 1 -s "$2" "$1" | sed -n 's/.* \([0-9]*\) packets received.*/\1/p'; }
counted() { cat $counters/"$1"; }

plan 9
insmod /net.ko
# Without IPv6 nothing but our own packets is sent.
! [ -e /proc/sys/net/ipv6/conf/net0 ] || echo 1 >/proc/sys/net/ipv6/conf/net0/disable_ipv6
ip addr add 198.51.100.1/24 dev net0
ip link set net0 up
check 'it answers' 2 "$(answers 198.51.100.2 56)"
check 'others of its network do so too' 2 "$(answers 198.51.100.254 0)"
check 'the largest packet that fits' 2 "$(answers 198.51.100.2 1472)"
check 'each packet is counted, both ways' '6 6 3308 3308 0' \
	"$(counted tx_packets) $(counted rx_packets) $(counted tx_bytes) $(counted rx_bytes) $(counted tx_dropped)"

ping -c 1 -W 1 -s 1473 198.51.100.2 >/dev/null && answered=yes || answered=no
check 'a packet in pieces is not answered' no "$answered"
check 'its pieces are counted as dropped' 2 "$(counted tx_dropped)"

ip link set net0 down
ip link set net0 address 02:00:00:00:00:01
check 'it takes another hardware address' 02:00:00:00:00:01 "$(cat /sys/class/net/net0/address)"
ip link set net0 address 03:00:00:00:00:01 2>/dev/null && taken=yes || taken=no
ip link set net0 up
check 'but none that is for groups' no "$taken"
rmmod net
check 'the device goes with the module, also when it is up' gone "$([ ! -e /sys/class/net/net0 ] && echo gone)"
finish
