#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# params.sh - give parameters to a module, read and change them in /sys.
#
# usage: params.sh [MODULE_FOLDER]
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

folder=${1:-}
values=/sys/module/params/parameters
trap 'rmmod params 2>/dev/null || :' EXIT

plan 7
insmod "$folder/params.ko" number=42 text=ahoj
check 'init sees the values' 'params: init number=42 text=ahoj' "$(log 'params: init')"
check 'number is in /sys' 42 "$(cat $values/number)"
check 'text is in /sys' ahoj "$(cat $values/text)"

echo 43 >$values/number
check 'number can be changed' 43 "$(cat $values/number)"
refused=no
echo many 2>/dev/null >$values/number || refused=yes
check 'a word for the number is refused' yes "$refused"
rmmod params
check 'exit sees the changed value' 'params: exit number=43 text=ahoj' "$(log 'params: exit')"

insmod "$folder/params.ko"
check 'unset parameters have defaults' 'params: init number=0 text=none' "$(log 'params: init')"
finish
