// SPDX-License-Identifier: GPL-2.0-only
/*
 * count - a plugin of QEMU's that counts instructions, and tells which code ran when.
 *
 * Idea: QEMU calls a plugin when it translates a block of code, which it does just
 * before the block is executed for the first time. So the count at that moment is
 * how many instructions came before. To each instruction the plugin adds an
 * increment that costs no call. What a fault interrupts counts each time it begins.
 *
 * Usage: qemu-system-... -smp 1 -plugin count.so,out=FILE
 *
 * Output: pairs of 64-bit numbers as the host has them: the virtual address of a
 * translated block, the instructions that were executed before it. The address of
 * the last pair, written when QEMU ends, is all ones.
 *
 * The declarations are those parts of the interface that are used here, because few
 * distributions have a package with QEMU's header: of version 1 (QEMU 6.0 to 8.2),
 * and of version 2 (from 9.0 on), where each CPU has its own count. A QEMU compares
 * the version with those it has, and may refuse the plugin.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define WEAK __attribute__((weak))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*translated)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*ended)(qemu_plugin_id_t, void *), void *data);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);

/* Version 1 alone has this one, */
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, enum qemu_plugin_op op,
						void *counter, uint64_t add) WEAK;

/* version 2 these. */
struct qemu_plugin_scoreboard;
struct qemu_plugin_u64 {
	struct qemu_plugin_scoreboard *scores;
	size_t offset;
};

struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size) WEAK;
uint64_t qemu_plugin_u64_sum(struct qemu_plugin_u64 counter) WEAK;
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn, enum qemu_plugin_op op,
							 struct qemu_plugin_u64 counter, uint64_t add) WEAK;

/* QEMU reads it before it calls the plugin. */
EXPORT int qemu_plugin_version = 1;

static uint64_t instructions;
static struct qemu_plugin_u64 of_cpus;
static FILE *out;

__attribute__((constructor)) static void choose_version(void)
{
	if (qemu_plugin_scoreboard_new)
		qemu_plugin_version = 2;
}

static void count(struct qemu_plugin_insn *insn)
{
	if (of_cpus.scores)
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64, of_cpus, 1);
	else
		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &instructions, 1);
}

static void note(uint64_t address)
{
	uint64_t pair[] = { address, of_cpus.scores ? qemu_plugin_u64_sum(of_cpus) : instructions };

	fwrite(pair, sizeof(pair), 1, out);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
	size_t i, n = qemu_plugin_tb_n_insns(block);

	(void)id;
	note(qemu_plugin_tb_vaddr(block));
	for (i = 0; i < n; i++)
		count(qemu_plugin_tb_get_insn(block, i));
}

/* A file that could not be written whole lacks the last pair. */
static void ended(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	note(UINT64_MAX);
	if (ferror(out) | fclose(out))
		perror("count: out");
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "count: want out=FILE\n");
		return -1;
	}
	out = fopen(argv[0] + 4, "w");
	if (!out) {
		fprintf(stderr, "count: %s: %s\n", argv[0] + 4, strerror(errno));
		return -1;
	}
	if (qemu_plugin_scoreboard_new)
		of_cpus.scores = qemu_plugin_scoreboard_new(sizeof(instructions));
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
	return 0;
}
