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
 * The declarations are those parts of version 1 of the interface (QEMU 6.0 to 8.2)
 * that are used here, because few distributions have a package with QEMU's header.
 * Another QEMU compares the version, and refuses the plugin.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

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
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, enum qemu_plugin_op op,
						void *counter, uint64_t add);

/* QEMU reads it before anything else. */
EXPORT int qemu_plugin_version = 1;

static uint64_t instructions;
static FILE *out;

static void note(uint64_t address)
{
	uint64_t pair[] = { address, instructions };

	fwrite(pair, sizeof(pair), 1, out);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
	size_t i, n = qemu_plugin_tb_n_insns(block);

	(void)id;
	note(qemu_plugin_tb_vaddr(block));
	for (i = 0; i < n; i++) {
		qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(block, i),
							   QEMU_PLUGIN_INLINE_ADD_U64, &instructions, 1);
	}
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
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
	return 0;
}
