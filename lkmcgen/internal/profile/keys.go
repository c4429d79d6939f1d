// SPDX-License-Identifier: Apache-2.0

package profile

import "lkmc/lkmcgen/internal/kconfig"

// Format is the version of the profile format that this program reads.
const Format = 1

// Keys is the shape of a profile and of a layer: every key that such a file may
// hold. The tags are the schema: toml is the key, doc says what it means, is
// names a check of checks.go, and in:"profile" marks what only a profile may
// say. A group is a named list of words; a later layer, a builder or an option
// replaces a group by its name, and an empty list leaves it out.
type Keys struct {
	Format      int                `toml:"format" doc:"version of the profile format, 1"`
	Description string             `toml:"description" doc:"one line for lists and help"`
	Arch        string             `toml:"arch" in:"profile" is:"name" doc:"the layer arch/<arch>.toml"`
	Emulator    string             `toml:"emulator" in:"profile" is:"name" doc:"the layer emulator/<emulator>.toml"`
	Features    []string           `toml:"features" in:"profile" is:"name" doc:"the layers feature/<name>.toml, folded in this order"`
	Unavailable string             `toml:"unavailable" doc:"why there is no such profile, of an arch with an emulator"`
	Builder     string             `toml:"builder" is:"name" doc:"the builder used when none is named"`
	Names       map[string]string  `toml:"names" is:"word" doc:"what others call this arch, as in {names.debian}"`
	KVMFlags    []string           `toml:"kvm_flags" is:"word" doc:"flags of /proc/cpuinfo of which the host needs one for KVM; none where KVM has no flag"`
	Packages    map[string]string  `toml:"packages" is:"word" doc:"a package of the host and the command or file that shows it is installed"`
	Argv        Argv               `toml:"argv" doc:"the emulator's command"`
	Linux       Linux              `toml:"linux" doc:"the kernel"`
	Busybox     Project            `toml:"busybox" doc:"the guest's user space"`
	Buildroot   Buildroot          `toml:"buildroot" doc:"Buildroot's own configuration"`
	Qemu        Qemu               `toml:"qemu" doc:"QEMU from source, where it is the emulator"`
	Gem5        Gem5               `toml:"gem5" doc:"gem5 from source, where it is the emulator"`
	Guest       Guest              `toml:"guest" doc:"what the guest's root file system holds"`
	Builders    map[string]Builder `toml:"builders" is:"name" doc:"the ways of getting a kernel and a root file system"`
	Options     map[string]Option  `toml:"option" is:"name" doc:"settings of a run"`
}

// Argv is the emulator's command: program, args, and for an emulator that runs
// a script the script and its script_args.
type Argv struct {
	Program    string              `toml:"program" is:"word" doc:"the emulator's program"`
	Needs      []string            `toml:"needs" is:"word" doc:"host packages that bring the program"`
	Args       map[string][]string `toml:"args" is:"name" doc:"groups of arguments for the program"`
	ConsoleLog string              `toml:"console_log" is:"word" doc:"the file that the emulator writes the guest's console to"`
	Varies     []string            `toml:"varies" is:"pattern" doc:"what of the arguments may differ where a snapshot, a checkpoint or a recording is gone on with: extended regular expressions, what they match is left out"`
	Front      string              `toml:"front" is:"path" doc:"the script of generated/ that runs the command, for an emulator that neither shows the console nor ends by itself"`
	Script     string              `toml:"script" is:"word" doc:"the script that the emulator runs"`
	ScriptArgs map[string][]string `toml:"script_args" is:"name" doc:"groups of arguments for the script"`
}

// Project is one project that is configured by Kconfig.
type Project struct {
	Version  string                   `toml:"version" is:"word" doc:"version of the sources"`
	Source   string                   `toml:"source" is:"word" doc:"the distribution's package with the sources"`
	Config   map[string]kconfig.Value `toml:"config" is:"symbol" doc:"symbols without prefix: true, false, \"m\", a string or a number"`
	Optional map[string]string        `toml:"optional" is:"symbol" doc:"symbols that may be lost, each with the reason"`
}

// Linux is the kernel: a Project, and what it needs to boot.
type Linux struct {
	Project
	Image           string              `toml:"image" is:"path" doc:"the bootable image in Kbuild's output folder"`
	Target          string              `toml:"target" is:"word" doc:"Kbuild's target that makes the image"`
	Unpacker        string              `toml:"unpacker" is:"path" doc:"the ELF file of what unpacks the image, in the same folder, if GDB is to know its functions"`
	Start           string              `toml:"start" is:"address" doc:"physical address at which the kernel's first byte runs before there are page tables; none if it runs where it is linked"`
	UnpackerStart   string              `toml:"unpacker_start" is:"address" doc:"physical address at which the first byte runs of what unpacks the image; none if nothing does"`
	Early           string              `toml:"early" is:"word" doc:"a function that runs before the kernel does where it is linked; GDB names it"`
	CommandLine     map[string][]string `toml:"command_line" is:"name" doc:"groups of words of the kernel command line"`
	CommandLineSize int                 `toml:"command_line_size" doc:"bytes that the kernel keeps of its command line, with the final NUL (COMMAND_LINE_SIZE)"`
}

// Buildroot is a Project that is cloned, and what its configuration begins with.
type Buildroot struct {
	Project
	Repository string `toml:"repository" is:"word" doc:"URL of the git repository in which version is a tag"`
	Oldest     string `toml:"oldest" is:"word" doc:"the oldest version that is taken"`
	Newest     string `toml:"newest" is:"word" doc:"the newest version that was tried"`
	Defconfig  string `toml:"defconfig" is:"word" doc:"what the fragment is laid over: NAME of configs/NAME_defconfig"`
}

// Qemu is what make qemu compiles.
type Qemu struct {
	Source string `toml:"source" is:"word" doc:"the distribution's package with the sources"`
	Target string `toml:"target" is:"word" doc:"one of --target-list of QEMU's configure; empty where QEMU is not the emulator"`
}

// Gem5 is what make gem5 clones and compiles.
type Gem5 struct {
	Version    string `toml:"version" is:"word" doc:"version of the sources, without the v of the tag"`
	Repository string `toml:"repository" is:"word" doc:"URL of the git repository"`
	Oldest     string `toml:"oldest" is:"word" doc:"the oldest version that is taken"`
	Newest     string `toml:"newest" is:"word" doc:"the newest version that was tried"`
	ISA        string `toml:"isa" is:"word" doc:"the instruction set that it simulates: NAME of build_opts/NAME; empty where gem5 is not the emulator"`
	M5         string `toml:"m5" is:"word" doc:"what gem5's util/m5 calls the arch"`
	Loaders    string `toml:"loaders" is:"word" doc:"folder of the boot loaders below gem5's system/arm/bootloader; empty where none is needed"`
}

// Guest is what the root file system holds besides BusyBox, the overlay and our
// own modules and programs.
type Guest struct {
	BootModules []string `toml:"boot_modules" is:"word" doc:"kernel modules that the boot initramfs loads to reach the disk"`
	Modules     []string `toml:"modules" is:"word" doc:"further kernel modules that modprobe finds in the guest"`
	// What make gdbserver fetches and brings to a guest; it is not in the image.
	DebugPackages []string `toml:"debug_packages" is:"word" doc:"the distribution's packages that make gdbserver brings: gdbserver, and symbols of the shared C library; empty where there are none"`
	DiskSize      string   `toml:"disk_size" is:"size" doc:"size of the root disk"`
}

// Builder is one way of getting a kernel and a root file system.
type Builder struct {
	Help        string              `toml:"help" doc:"one line for lists and help"`
	Unavailable string              `toml:"unavailable" doc:"why this builder does not exist for the profile; empty where it does"`
	Needs       []string            `toml:"needs" is:"word" doc:"host packages"`
	Debian      []string            `toml:"debian" is:"word" doc:"packages that make the guest, on Debian"`
	Ubuntu      []string            `toml:"ubuntu" is:"word" doc:"the same on Ubuntu"`
	Lacks       []string            `toml:"lacks" is:"symbol" doc:"symbols that the ready-made kernel of this builder does not have, of those that options need"`
	Start       string              `toml:"start" is:"address" doc:"linux.start of the kernel of this builder, if another"`
	Args        map[string][]string `toml:"args" is:"name" doc:"groups that replace those of argv.args"`
	CommandLine map[string][]string `toml:"command_line" is:"name" doc:"groups that replace those of linux.command_line"`
}

// Option is a setting of a run: what the user gives as VARIABLE=value.
type Option struct {
	Help        string              `toml:"help" doc:"one line for help"`
	Tells       string              `toml:"tells" doc:"what to tell who starts a run with the option in a terminal"`
	Variable    string              `toml:"variable" is:"variable" doc:"the variable of make and of run.sh"`
	Unavailable string              `toml:"unavailable" doc:"why the option does not work with the profile; empty where it does"`
	Kind        string              `toml:"kind" is:"kind" doc:"flag (0 or 1), value (text), words (split as xargs does), script (commands for the guest)"`
	Default     string              `toml:"default" doc:"the value when none is given"`
	Pattern     string              `toml:"pattern" is:"pattern" doc:"extended regular expression that the whole value must match"`
	Expects     string              `toml:"expects" doc:"the pattern in words, for errors"`
	Choices     []string            `toml:"choices" doc:"the values that exist"`
	Resolve     string              `toml:"resolve" is:"word" doc:"the shell function of common/run.sh that turns the given value into the one to use"`
	Parameter   string              `toml:"parameter" is:"word" doc:"kernel parameter that carries a script"`
	Args        map[string][]string `toml:"args" is:"name" doc:"groups that replace those of argv.args or join them"`
	ScriptArgs  map[string][]string `toml:"script_args" is:"name" doc:"the same of argv.script_args"`
	CommandLine map[string][]string `toml:"command_line" is:"name" doc:"groups that replace those of linux.command_line or join them"`
	Needs       []string            `toml:"needs" is:"word" doc:"host packages that a run with the option needs"`
	Excludes    []string            `toml:"excludes" is:"name" doc:"options that cannot be given together with this one"`
	Requires    []string            `toml:"requires" is:"name" doc:"options without which this one has no effect"`
	Implies     []string            `toml:"implies" is:"name" doc:"flags that are given along with this option"`
	Symbols     []string            `toml:"symbols" is:"symbol" doc:"symbols without which a kernel cannot do it"`
	Builders    []string            `toml:"builders" is:"name" doc:"builders that can do it; all when empty"`
	Program     string              `toml:"program" is:"word" doc:"the emulator's program, in place of argv.program"`
	Builds      string              `toml:"builds" is:"name" doc:"a part that only these builders make, and only for a run with the option"`
}
