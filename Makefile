# SPDX-License-Identifier: Apache-2.0
# Makefile - the front door. "make" prints help.
# The rules that build and run a guest are generated: generated/<profile>/rules.mk.

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DELETE_ON_ERROR:
.SUFFIXES:

# Settings.
PROFILE ?= x86_64-qemu
OUT ?= out
DOWNLOADS ?= $(OUT)/download
LINUX_SRC ?=
BUSYBOX_SRC ?=
BUILDROOT_SRC ?=
QEMU_SRC ?=
GEM5_SRC ?=
GEM5_VARIANT ?= trimmed
BR_TOOLCHAIN ?=
CCACHE ?=
DISTRIBUTE ?=
V ?=
W ?=
HOST_HEADERS ?=
GO ?= go
GOAL ?=
KEY ?=
A ?=
B ?=
BIN ?=
CMD ?=
STAT ?=
FORMAT ?=
REGION ?=
MODULE ?=
FILE ?=
PARAMS ?=
TEST ?=
JUNIT ?=
FAIL ?=
WRITE ?=
ID ?=
BREAK ?=
CONTINUE ?=
TMUX ?=
IN_TMUX := $(filter 1,$(value TMUX))
GDB_BIN ?=
RUN_SETTINGS ?=

# What is set here is for the rules, not for the makes that they call, see also
# unexport: Kbuild has a V, an OUT and an ARCH of its own. The -j of this make
# reaches them still.
MAKEOVERRIDES :=

# These settings are written into rules and recipes. What a shell or make would
# take for more than a name is refused; the settings of a run may hold anything.
open := (
close := )
SPECIAL := ' " ` ; & | < > \ * ? $$ ! % $(open) $(close)
NAMES := $(value PROFILE) $(value BUILDER) $(value OUT) $(value DOWNLOADS) $(value LINUX_SRC) $(value BUSYBOX_SRC) $(value BUILDROOT_SRC) $(value QEMU_SRC) $(value GEM5_SRC) $(value GEM5_VARIANT) $(value BR_TOOLCHAIN) $(value CCACHE) $(value DISTRIBUTE) $(value V) $(value W) $(value HOST_HEADERS) $(value GO)
ifneq ($(strip $(foreach c,$(SPECIAL),$(findstring $(c),$(subst $$(OUT),,$(NAMES))))),)
$(error a setting holds a special character: $(NAMES))
endif
ifneq ($(words $(PROFILE))$(findstring /,$(PROFILE))$(findstring .,$(PROFILE)),1)
$(error PROFILE=$(PROFILE): want the name of a profile, see make list)
endif

# Stands before a recipe that calls make. With -n nothing is called.
FLAGS := $(filter-out --%,$(firstword -$(MAKEFLAGS)))
RECURSE := $(if $(findstring n,$(FLAGS)),,+)
# With -k the modules are made that can be.
KEEP_GOING := $(findstring k,$(FLAGS))

# How the compiler is called. Without a shell in between a killed make takes what
# it started along.
COMPILING := exec env V='$(V)' CCACHE='$(CCACHE)' DISTRIBUTE='$(DISTRIBUTE)'

LKMCGEN := $(OUT)/bin/lkmcgen
STAMP := $(OUT)/gen.stamp
# Folders are listed too: their time changes when a file comes or goes.
INPUTS := $(wildcard profiles profiles/* profiles/*/* templates templates/* templates/*/* templates/*/*/* templates/*/*/*/* templates/*/*/*/*/*)
SOURCES := go.mod go.sum $(wildcard lkmcgen lkmcgen/*.go lkmcgen/internal lkmcgen/internal/* lkmcgen/internal/*/* lkmcgen/internal/*/*/*.go)

HOST_RELEASE := $(if $(filter host-modules,$(MAKECMDGOALS)),$(shell uname -r))

# What single goals need of this host, as package:proof.
NEEDS_GOAL_gdb := gdb-multiarch:gdb-multiarch
NEEDS_GOAL_gdb-user := $(NEEDS_GOAL_gdb)
NEEDS_GOAL_gdbserver := $(NEEDS_GOAL_gdb) mmdebstrap:mmdebstrap
NEEDS_GOAL_kgdb := $(NEEDS_GOAL_gdb)
NEEDS_GOAL_gdb += $(if $(IN_TMUX),tmux:tmux)
NEEDS_GOAL_linux-menuconfig := libncurses-dev:/usr/include/ncurses.h
NEEDS_GOAL_host-modules := gcc:gcc make:make $(if $(HOST_HEADERS),,linux-headers-$(HOST_RELEASE):/lib/modules/$(HOST_RELEASE)/build)
NEEDS_GOAL_busybox-menuconfig := $(NEEDS_GOAL_linux-menuconfig)
NEEDS_GOAL_buildroot-menuconfig := $(NEEDS_GOAL_linux-menuconfig)
NEEDS_GOAL_count-instructions := gcc:gcc libc6-dev:/usr/include/stdio.h
NEEDS_GOAL_qemu := dpkg-dev:dpkg-source gcc:gcc patch:patch pkg-config:pkg-config python3:python3 python3-venv:/usr/share/doc/python3-venv ninja-build:ninja meson:meson libglib2.0-dev:/usr/include/glib-2.0/glib.h \
	libpixman-1-dev:/usr/include/pixman-1/pixman.h libslirp-dev:/usr/include/slirp/libslirp.h libfdt-dev:/usr/include/libfdt.h \
	libattr1-dev:/usr/include/attr/attributes.h libcap-ng-dev:/usr/include/cap-ng.h zlib1g-dev:/usr/include/zlib.h
NEEDS_GOAL_qemu-rebuild := $(NEEDS_GOAL_qemu)
NEEDS_GOAL_gem5 := git:git g++:g++ m4:m4 pkg-config:pkg-config scons:/usr/bin/scons protobuf-compiler:protoc device-tree-compiler:dtc cpp:cpp \
	libprotobuf-dev:/usr/include/google/protobuf/message.h libgoogle-perftools-dev:/usr/include/gperftools/tcmalloc.h \
	python3-dev:/usr/bin/python3-config zlib1g-dev:/usr/include/zlib.h libpng-dev:/usr/include/png.h
NEEDS_GOAL_unit := shellcheck:shellcheck bindfs:bindfs
# The tests want what the profiles of every arch need.
NEEDS_GOAL_test := $(NEEDS_GOAL_unit) $(NEEDS_GOAL_gdb) nano:nano vim-tiny:vim.tiny tmux:tmux iproute2:ss procps:ps qemu-user:qemu-arm gcc:gcc ccache:ccache perl:perl device-tree-compiler:dtc \
	$(if $(filter test test-all,$(MAKECMDGOALS)),$(shell sed -n 's/^NEEDS_[A-Za-z]* :=//p' generated/*-qemu*/rules.mk))
NEEDS_GOAL_test-all := $(NEEDS_GOAL_test) $(NEEDS_GOAL_qemu)

.PHONY: help
help:
	@OUT='$(OUT)' PROFILE='$(PROFILE)' sh generated/common/help.sh

# What is cleaned beside something that is made would be looked at too early.
CLEANING := $(filter clean clean-% distclean,$(MAKECMDGOALS))
ifneq ($(and $(CLEANING),$(filter-out $(CLEANING),$(MAKECMDGOALS))),)
$(error $(firstword $(CLEANING)) needs a make of its own: make $(CLEANING) && make $(filter-out $(CLEANING),$(MAKECMDGOALS)))
endif

# These goals must work when a profile is broken: they do without its rules.
WITHOUT_RULES := help gen check-generated test-buildroot test-gem5 list explain diff matrix doctor catalogue catalogue-doc watch runs unit checks bench host-modules $(CLEANING)
ifneq ($(filter-out $(WITHOUT_RULES),$(or $(MAKECMDGOALS),help)),)
ifneq ($(words $(CURDIR)) $(words $(OUT)) $(words $(PROFILE)) $(findstring :,$(CURDIR)$(OUT)),1 1 1 )
$(error Kbuild cannot work below a folder with a blank or a colon in its name: $(CURDIR), OUT=$(OUT), PROFILE=$(PROFILE))
endif
ifneq ($(filter-out 0 1,$(CCACHE)),)
$(error CCACHE=$(CCACHE): want 0 or 1)
endif
ifneq ($(filter-out distro internal,$(BR_TOOLCHAIN)),)
$(error BR_TOOLCHAIN=$(BR_TOOLCHAIN): want distro or internal)
endif
ifneq ($(filter-out distcc icecc,$(DISTRIBUTE)),)
$(error DISTRIBUTE=$(DISTRIBUTE): want distcc or icecc)
endif
ifneq ($(subst 1,,$(subst 2,,$(subst 3,,$(subst e,,$(W))))),)
$(error W=$(W): want 1, 2, 3 or several of them; e makes errors of warnings)
endif
# A recording is a run with a setting more, which check-run looks at too.
ifneq ($(filter record,$(MAKECMDGOALS)),)
override RR := record
endif
include generated/$(PROFILE)/rules.mk
endif
SETTINGS := PROFILE BUILDER OUT DOWNLOADS LINUX_SRC BUSYBOX_SRC BUILDROOT_SRC QEMU_SRC GEM5_SRC GEM5_VARIANT BR_TOOLCHAIN CCACHE DISTRIBUTE V W HOST_HEADERS GO GOAL KEY A B BIN CMD STAT FORMAT REGION FILE MODULE PARAMS TEST JUNIT FAIL WRITE ID BREAK CONTINUE GDB_BIN TMUX $(RUN_SETTINGS)
unexport $(SETTINGS)

# A misspelt setting would be lost without a word.
GIVEN := $(foreach v,$(.VARIABLES),$(if $(filter command,$(origin $(v))),$(v)))
ifneq ($(and $(RUN_SETTINGS),$(filter-out $(SETTINGS),$(GIVEN))),)
$(error there is no setting $(filter-out $(SETTINGS),$(GIVEN)); there are: $(sort $(SETTINGS)))
endif

generated/$(PROFILE)/rules.mk: $(STAMP)
	@test -e $@ || $(LKMCGEN) gen
	@test -e $@ || PROFILE='$(PROFILE)' sh -c '$(LKMCGEN) explain "$$PROFILE" arch'

# The stamp, not what is generated, is compared with the inputs: a file whose
# bytes did not change keeps its time and would look out of date for ever.
$(STAMP): $(INPUTS) $(LKMCGEN)
	@$(LKMCGEN) gen
	@touch $@

# Without paths in it, what another checkout compiled is found in Go's cache.
$(LKMCGEN): $(SOURCES)
	@command -v $(GO) >/dev/null || { echo 'error: Go is missing; install it from https://go.dev/dl or your distribution' >&2; exit 1; }
	@echo 'building $@' >&2
	@CGO_ENABLED=0 $(GO) build -trimpath -o $@ ./lkmcgen

## Profiles

.PHONY: gen
gen: $(LKMCGEN) ## make generated/ from profiles/ and templates/
	@$(LKMCGEN) gen

.PHONY: check-generated
check-generated: $(LKMCGEN) ## fail if generated/ is out of date
	@$(LKMCGEN) gen --check

.PHONY: list
list: $(LKMCGEN) ## list the profiles
	@$(LKMCGEN) list

.PHONY: matrix
matrix: $(LKMCGEN) ## print what works where: profile, builder, option, and why not
	@$(LKMCGEN) matrix --out '$(OUT)'

.PHONY: explain
explain: export PROFILE := $(PROFILE)
explain: export KEY := $(value KEY)
explain: $(LKMCGEN) ## tell who set a value: make explain KEY=linux.image
	@$(LKMCGEN) explain --out '$(OUT)' "$$PROFILE" $${KEY:+"$$KEY"}

.PHONY: diff
diff: export PROFILE := $(PROFILE)
diff: export A := $(value A)
diff: export B := $(value B)
diff: $(LKMCGEN) ## compare profiles, also of a git revision: make diff A=arm-qemu B=arm-qemu@HEAD~1
	@$(LKMCGEN) diff "$${A:-$$PROFILE}" $${B:+"$$B"}

.PHONY: watch
watch: private export override RUN := $(value RUN)
watch: $(LKMCGEN) ## regenerate after each change; what was saved goes into the running guest; or make GOAL each time
	@$(LKMCGEN) watch $(if $(GOAL),,--run "$(RUNNING)") $(MAKE) PROFILE='$(PROFILE)' OUT='$(OUT)' $(if $(BUILDER),BUILDER='$(BUILDER)') $(GOAL)

## Building (for PROFILE and BUILDER)

.PHONY: deps
deps: ## install what this host needs for the goals given (apt-get, as root or by sudo)
	@sh generated/common/deps.sh install $(NEEDS)

.PHONY: build
build: build-$(BUILDER) ## make everything that run needs

.PHONY: modules rootfs
modules: modules-$(BUILDER) ## compile the kernel modules
rootfs: rootfs-$(BUILDER) ## make the guest's root file system

.PHONY: host-modules
host-modules: | $(filter deps,$(MAKECMDGOALS)) ## compile the kernel modules for the kernel that runs here, or HOST_HEADERS=folder
	$(RECURSE)@$(COMPILING) W='$(W)' sh generated/common/host-modules.sh '$(OUT)/host' '$(HOST_HEADERS)'

## Running

.PHONY: run
run: check-run build ## build, then start the guest in this terminal
	@sh generated/$(PROFILE)/run.sh

.PHONY: record replay
record: check-run build ## run, and record all that comes from outside
	@sh generated/$(PROFILE)/run.sh

# The default is no wish: a replay has the builder of its recording.
ASKED_BUILDER := $(if $(filter-out file,$(origin BUILDER)),$(BUILDER))

# Nothing is built: what was recorded is to be found as it was.
replay: private export override RR := replay
replay: private export override BUILDER := $(ASKED_BUILDER)
replay: ## the same again, instruction by instruction; with GDB=1 and make gdb also back in time
	@sh generated/$(PROFILE)/run.sh

.PHONY: user
user: export BIN := $(value BIN)
user: export ARGS := $(value ARGS)
user: export GDB := $(value GDB)
user: programs ## run a program of the guest on this host, without a kernel: BIN=hello
	@sh generated/common/user.sh $(QEMU_USER) $(OUT)/$(PROFILE)/user

# With TMUX=1 (within tmux it is something else) the guest is started too.
.PHONY: gdb kgdb
gdb kgdb: private export override RUN := $(value RUN)
gdb kgdb: private export override BREAK := $(value BREAK)
gdb kgdb: private export override CONTINUE := $(value CONTINUE)
gdb kgdb: private export override GDB_BIN := $(value GDB_BIN)
DEBUG = $(OUT)/$(PROFILE) "$${RUN:-default}" generated/$(PROFILE)
ifneq ($(IN_TMUX),)
gdb: check-run build
	@sh generated/common/tmux.sh $(DEBUG)
else
gdb: ## attach GDB to a guest that was started with GDB=1; BREAK=sys_write; TMUX=1 starts the guest beside it
	@sh generated/common/gdb.sh gdb $(DEBUG)
endif

kgdb: $(LKMCGEN) ## stop the kernel of a guest that was started with KGDB=1, and attach GDB to it
	@sh generated/common/gdb.sh kgdb $(DEBUG)

.PHONY: gdb-user
gdb-user: private export override RUN := $(value RUN)
gdb-user: private export override BIN := $(value BIN)
gdb-user: private export override BREAK := $(value BREAK)
gdb-user: private export override GDB_BIN := $(value GDB_BIN)
gdb-user: ## stop in one program of a guest that was started with GDB=1, from init on: BIN=sleep_forever
	@sh generated/common/gdb-user.sh $(DEBUG)

.PHONY: vscode
vscode: ## link launch.json and tasks.json of PROFILE into .vscode, unless they are yours
	@$(if $(filter out,$(OUT)),,echo 'error: the files for VS Code name the folder out, not $(OUT)' >&2; exit 1;) sh generated/common/vscode.sh '$(PROFILE)'

## In a running guest (of PROFILE and RUN)

# Settings reach these recipes through the environment alone. RUN and TIMEOUT
# are those of make run.
IN_GUEST := trace exec shell insmod check-insmod rmmod gdbserver check-gdbserver monitor serial screenshot snapshot-save snapshot-load snapshot-delete snapshot-list
RUNNING = $(OUT)/$(PROFILE)/runs/$${RUN:-default}
LIMITED = $${TIMEOUT:+--timeout "$$TIMEOUT"}
$(IN_GUEST): private export override RUN := $(value RUN)
$(IN_GUEST): private export override TIMEOUT := $(value TIMEOUT)
exec: private export override CMD := $(value CMD)
insmod rmmod: private export override MODULE := $(value MODULE)
insmod: private export override PARAMS := $(value PARAMS)

.PHONY: exec
exec: $(LKMCGEN) ## run a shell command there: make exec CMD='uname -a'
	@$(LKMCGEN) exec $(LIMITED) "$(RUNNING)" "$${CMD:?say which: make exec CMD=...}"

.PHONY: shell
shell: $(LKMCGEN) ## a shell there, in this terminal
	@$(LKMCGEN) shell "$(RUNNING)"

.PHONY: insmod check-insmod
insmod: check-insmod modules ## compile and insert MODULE=hello, with PARAMS='number=1'
	@$(LKMCGEN) insmod $(LIMITED) "$(RUNNING)" "$(P)/$(BUILDER)/modules/$${MODULE:?say which: make insmod MODULE=...}.ko" $${PARAMS:+"$$PARAMS"}

# A guest of another builder is told before anything is built for this one.
check-insmod: $(LKMCGEN)
	@$(LKMCGEN) insmod --builder $(BUILDER) "$(RUNNING)"

.PHONY: rmmod
rmmod: $(LKMCGEN) ## remove MODULE=hello
	@$(LKMCGEN) rmmod $(LIMITED) "$(RUNNING)" "$${MODULE:?say which: make rmmod MODULE=...}"

.PHONY: gdbserver check-gdbserver
gdbserver check-gdbserver: private export BIN := $(value BIN)
gdbserver: private export ARGS := $(value ARGS)
gdbserver: private export BREAK := $(value BREAK)
gdbserver: private export CONTINUE := $(value CONTINUE)
gdbserver: private export GDB_BIN := $(value GDB_BIN)
gdbserver: check-gdbserver programs gdbserver-files ## debug a program there: BIN=myinsmod ARGS=/hello.ko BREAK=main
	@sh generated/common/gdbserver.sh '$(OUT)/bin/lkmcgen' '$(OUT)/$(PROFILE)' "$(RUNNING)"

check-gdbserver: $(LKMCGEN)
	@$(LKMCGEN) gdbserver "$(RUNNING)" && : "$${BIN:?say which: make gdbserver BIN=...}"

.PHONY: monitor
monitor: $(LKMCGEN) ## the emulator's monitor; runs lines from a pipe
	@$(LKMCGEN) monitor "$(RUNNING)"

.PHONY: serial
serial: $(LKMCGEN) ## the second serial port of a guest that was started with SERIAL=1
	@$(LKMCGEN) serial "$(RUNNING)"

.PHONY: screenshot
screenshot: private export override FILE := $(value FILE)
screenshot: $(LKMCGEN) ## what the guest's screen shows (SCREEN=1 or GRAPHIC=1), as a PNG: FILE=name.png, or screen.png in the run's folder
	@$(LKMCGEN) screenshot "$(RUNNING)" $${FILE:+"$$FILE"}

# Of gem5: a guest there is reached by its terminal alone.
gem5-shell checkpoints stats: private export override RUN := $(value RUN)
.PHONY: gem5-shell checkpoints
gem5-shell: ## the terminal of a guest in gem5, to type there; ~. leaves it
	@sh generated/common/gem5-shell.sh '$(OUT)/gem5/m5term' "$(RUNNING)"

checkpoints: ## list what /m5 checkpoint kept; CHECKPOINT=1 make run goes on from there
	@sh generated/common/gem5-checkpoints.sh "$(RUNNING)"

# What gem5 counted; regions are made by /m5 resetstats and /m5 dumpstats there.
.PHONY: stats stats-diff
stats stats-diff: private export override STAT := $(value STAT)
stats stats-diff: private export override FORMAT := $(value FORMAT)
stats stats-diff: private export override REGION := $(value REGION)
stats-diff: private export override A := $(value A)
stats-diff: private export override B := $(value B)
STATS = $${FORMAT:+--format "$$FORMAT"} $${REGION:+--region "$$REGION"}
stats: $(LKMCGEN) ## what gem5 counted in RUN: STAT='cpi misses' FORMAT=table, csv or json REGION=1
	@set -f; $(LKMCGEN) stats $(STATS) "$(RUNNING)" $$STAT

stats-diff: $(LKMCGEN) ## in what two runs in gem5 differ: A=small B=large, names of runs
	@set -f; $(LKMCGEN) stats-diff $(STATS) "$(OUT)/$(PROFILE)/runs/$${A:?say which: make stats-diff A=run B=run}" "$(OUT)/$(PROFILE)/runs/$${B:?say which: make stats-diff A=run B=run}" $$STAT

.PHONY: snapshot-save snapshot-load snapshot-delete snapshot-list
snapshot-save snapshot-load snapshot-delete: private export ID := $(value ID)
snapshot-save snapshot-load snapshot-delete: snapshot-%: $(LKMCGEN) ## keep the state of a guest as ID=x, go back to it, forget it (also of a run that is over)
	@$(LKMCGEN) snapshot $* "$(RUNNING)" "$${ID:?say which: make snapshot-$* ID=...}"

snapshot-list: $(LKMCGEN) ## list what was saved; SNAPSHOT=x make run starts from it
	@$(LKMCGEN) snapshot list "$(RUNNING)"

.PHONY: trace
trace: ## the traces of calls on its console (panics, oopses, warnings), with files and lines
	@sh generated/common/trace.sh "$(RUNNING)" $(CROSS)

.PHONY: catalogue
catalogue: export TEST := $(value TEST)
catalogue: $(LKMCGEN) ## list the guest's modules, programs, scripts; or tell of TEST='poll poll.sh'
	@set -f; $(LKMCGEN) catalogue $$TEST

.PHONY: catalogue-doc
catalogue-doc: $(LKMCGEN) ## write kernel_module/README.adoc, from headers and from what test-guest found
	@$(LKMCGEN) catalogue --write --out '$(OUT)'

.PHONY: test-guest
test-guest: private export TEST := $(value TEST)
test-guest: private export JUNIT := $(value JUNIT)
test-guest: private export FAIL := $(value FAIL)
test-guest: $(LKMCGEN) check-run build ## boot a guest and test them there, all or TEST='poll pci*'; JUNIT=file; FAIL=1 with a debug kernel
	@$(LKMCGEN) test-guest --out '$(OUT)' --builder $(BUILDER) $${RUN:+--run "$$RUN"} $(LIMITED) $${FAIL:+--fail} --test "$$TEST" --junit "$$JUNIT" $(PROFILE)

# They boot guests of their own, unless RUN names a run.
.PHONY: count-instructions boot-chart
count-instructions: $(LKMCGEN) check-run build $(OUT)/plugins/count.so ## boot, and count the instructions of each phase; a table and a picture
	@$(LKMCGEN) count-instructions $(MEASURED) --plugin $(OUT)/plugins/count.so $(PROFILE)

boot-chart: $(LKMCGEN) check-run build ## boot, and tell which initcall took how long; a table and a picture
	@$(LKMCGEN) boot-chart $(MEASURED) $(PROFILE)

MEASURED = --out '$(OUT)' --builder $(BUILDER) $${RUN:+--run "$$RUN"}

$(OUT)/plugins/%.so: patches/qemu/plugins/%.c
	@FOR=count-instructions sh generated/common/deps.sh check $(NEEDS_GOAL_count-instructions)
	@mkdir -p $(@D)
	gcc -O2 -Wall -Wextra -shared -fPIC -o $@.$$$$ $< && mv $@.$$$$ $@

.PHONY: runs
runs: $(LKMCGEN) ## list the runs and how they ended
	@$(LKMCGEN) runs $(OUT)

## Looking after it

# What single goals need is known here, the rest is in the profile, which may be
# broken.
.PHONY: doctor
doctor: export PROFILE := $(PROFILE)
doctor: $(LKMCGEN) ## look at this host: what is missing or in the way, and what mends it
	@$(LKMCGEN) doctor --out '$(OUT)' $(if $(BUILDER),--builder '$(BUILDER)') \
		$(foreach g,gdb linux-menuconfig qemu unit test,$(foreach n,$(NEEDS_GOAL_$g),--need $g=$n)) "$$PROFILE"

.PHONY: test
test: $(LKMCGEN) ## all tests: vet, staticcheck, unit, shellcheck, real boots
	@$(MAKE) checks
	@LKMC_BOOT=1 CGO_ENABLED=0 $(GO) test -count=1 -timeout 80m -v ./lkmcgen/test

.PHONY: test-all
test-all: $(LKMCGEN) ## the tests, and the kernels of all arches from source
	@$(MAKE) checks
	@LKMC_BOOT=all CGO_ENABLED=0 $(GO) test -count=1 -timeout 5h -v ./lkmcgen/test

# To configure takes a minute or two, to build half an hour of CPU time for each of two arches, and more with X11.
.PHONY: test-buildroot
test-buildroot: export BUILDROOT_SRC := $(BUILDROOT_SRC)
test-buildroot: $(LKMCGEN) ## configure the tree BUILDROOT_SRC for every arch, build two and X11, and boot them
	@test -d '$(BUILDROOT_SRC)' || { echo 'error: say which tree: make test-buildroot BUILDROOT_SRC=folder' >&2; exit 1; }
	@CGO_ENABLED=0 $(GO) test -count=1 -timeout 8h -run 'TestBuildroot(Tree|Guest|X11)' -v ./lkmcgen/test

.PHONY: test-gem5
test-gem5: export GEM5_SRC := $(GEM5_SRC)
test-gem5: $(LKMCGEN) ## boot guests in the gem5 of GEM5_SRC, checkpoints, statistics; compiles it first
	@CGO_ENABLED=0 $(GO) test -count=1 -timeout 5h -run TestGem5 -v ./lkmcgen/test

.PHONY: unit checks
unit: checks ## the tests that boot nothing
	@CGO_ENABLED=0 $(GO) test ./lkmcgen/test

# All but the tests of the whole, which test runs with those that boot.
checks: check-generated
	@test -z "$$(gofmt -l lkmcgen)" || { gofmt -d lkmcgen; exit 1; }
	@FOR=unit sh generated/common/deps.sh check $(NEEDS_GOAL_unit)
	@CGO_ENABLED=0 $(GO) vet ./...
	@CGO_ENABLED=0 $(GO) tool staticcheck ./...
	@shellcheck -x -P SCRIPTDIR generated/*/*.sh generated/common/*/*.sh rootfs_overlay/*.sh rootfs_overlay/init rootfs_overlay/etc/init.d/* rootfs_overlay/etc/udhcpc/* .ci/run
	@CGO_ENABLED=0 $(GO) test $$($(GO) list ./... | grep -v /lkmcgen/test$$)

.PHONY: bench
bench: $(LKMCGEN) ## measure, and print the figures with their method
	@LKMC_BENCH="$${LKMC_BENCH:-1}" CGO_ENABLED=0 $(GO) test -count=1 -timeout 80m -run TestBench -v ./lkmcgen/test | grep --line-buffered -v '^---\|^===\|^PASS\|^ok'

.PHONY: clean clean-linux clean-busybox clean-modules clean-rootfs clean-buildroot clean-qemu clean-runs
clean: ## remove what was built for PROFILE, but for the disks of runs
	@sh generated/common/clean.sh '$(OUT)' '$(PROFILE)' all

clean-linux clean-busybox clean-modules clean-rootfs clean-buildroot clean-qemu clean-runs: clean-%: ## one part of it
	@sh generated/common/clean.sh '$(OUT)' '$(PROFILE)' $*

.PHONY: distclean
distclean: ## remove everything that was built and downloaded, disks too
	@sh generated/common/clean.sh '$(OUT)' '$(PROFILE)' everything
