// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring - commands to a device by an io_uring, with nothing but system calls.
 *
 * Idea: program and kernel share two rings. The program fills entries of the
 * submission ring and moves its tail; the kernel moves the head. The completion
 * ring goes the other way. The tail is written after the entry: hence release
 * and acquire. A library, liburing, is what one would use.
 *
 * Usage:
 *	insmod /uring.ko
 *	/uring.out 200 1 100 2
 *	rmmod uring
 *
 * Expected:
 *	command 1: 2
 *	command 0: 1
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_IO_URING, CONFIG_DEVTMPFS
 * See: man 7 io_uring, include/uapi/linux/io_uring.h, kernel_module/uring.c
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../uring.h"

#define ENTRIES 8

static void *map(int ring, size_t size, off_t offset)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, offset);

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(EXIT_FAILURE);
	}
	return memory;
}

int main(int argc, char **argv)
{
	unsigned int commands, i, head, op = URING_CMD_DELAY;
	unsigned int *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail, *cq_mask;
	struct io_uring_params params = { 0 };
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	struct uring_delay delay;
	int ring, fd, status = EXIT_SUCCESS;
	char *sq, *cq;

	/* Another operation, to see it refused. */
	if (argc > 2 && !strcmp(argv[1], "-o")) {
		op = strtoul(argv[2], NULL, 0);
		argv += 2;
		argc -= 2;
	}
	commands = argc / 2;
	if (argc < 3 || argc % 2 == 0 || commands > ENTRIES) {
		fprintf(stderr, "usage: uring.out [-o OPERATION] MS VALUE ...\n"
			"up to %d commands; each gives its VALUE after MS milliseconds\n", ENTRIES);
		return 2;
	}

	fd = open("/dev/uring", O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		perror("/dev/uring");
		return EXIT_FAILURE;
	}
	ring = syscall(SYS_io_uring_setup, ENTRIES, &params);
	if (ring < 0) {
		perror("io_uring_setup");
		return EXIT_FAILURE;
	}
	sq = map(ring, params.sq_off.array + params.sq_entries * sizeof(*sq_array),
		 IORING_OFF_SQ_RING);
	cq = map(ring, params.cq_off.cqes + params.cq_entries * sizeof(*cqes), IORING_OFF_CQ_RING);
	sqes = map(ring, params.sq_entries * sizeof(*sqes), IORING_OFF_SQES);
	sq_tail = (unsigned int *)(sq + params.sq_off.tail);
	sq_mask = (unsigned int *)(sq + params.sq_off.ring_mask);
	sq_array = (unsigned int *)(sq + params.sq_off.array);
	cq_head = (unsigned int *)(cq + params.cq_off.head);
	cq_tail = (unsigned int *)(cq + params.cq_off.tail);
	cq_mask = (unsigned int *)(cq + params.cq_off.ring_mask);
	cqes = (struct io_uring_cqe *)(cq + params.cq_off.cqes);

	for (i = 0; i < commands; i++) {
		struct io_uring_sqe *sqe = &sqes[i & *sq_mask];

		delay = (struct uring_delay){
			.ms = strtoul(argv[1 + 2 * i], NULL, 0),
			.value = strtoul(argv[2 + 2 * i], NULL, 0),
		};
		memset(sqe, 0, sizeof(*sqe));
		sqe->opcode = IORING_OP_URING_CMD;
		sqe->fd = fd;
		sqe->cmd_op = op;
		sqe->user_data = i; /* comes back with the completion */
		memcpy(sqe->cmd, &delay, sizeof(delay));
		sq_array[i & *sq_mask] = i & *sq_mask;
	}
	__atomic_store_n(sq_tail, *sq_tail + commands, __ATOMIC_RELEASE);

	/* One call submits all and waits until as many have completed. */
	if (syscall(SYS_io_uring_enter, ring, commands, commands,
		    IORING_ENTER_GETEVENTS, NULL, 0) < 0) {
		perror("io_uring_enter");
		return EXIT_FAILURE;
	}

	for (head = *cq_head; head != __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE); head++) {
		struct io_uring_cqe *cqe = &cqes[head & *cq_mask];

		if (cqe->res < 0) {
			fprintf(stderr, "command %u: %s\n", (unsigned int)cqe->user_data,
				strerror(-cqe->res));
			status = EXIT_FAILURE;
		} else {
			printf("command %u: %d\n", (unsigned int)cqe->user_data, cqe->res);
		}
	}
	__atomic_store_n(cq_head, head, __ATOMIC_RELEASE);
	return status;
}
