/* SPDX-License-Identifier: MIT */
/*
 * A QEMU machine without a program: its processor is off, and devices are driven from
 * here, through QEMU's -qtest protocol. Its memory is shared with us.
 *
 *	registers    text over a socket; writes are not waited for, a read is
 *	memory       loads and stores; a register read in between orders them with devices
 *
 * Any failure to talk fails the test, with what QEMU said.
 */
#ifndef TESTS_ORACLE_QTEST_H
#define TESTS_ORACLE_QTEST_H

#include <glib.h>
#include <stdint.h>
#include <sys/types.h>

struct qtest {
	int socket, said;		/* what QEMU prints goes to @said */
	pid_t pid;
	uint8_t *ram;
	uint64_t ram_pa, ram_len;
	GString *out, *in;
	size_t nr_owed;			/* answers that were not read yet */
};

/*
 * @machine: QEMU's arguments, NULL-terminated; "memory-backend=ram" must be among the
 * machine's options. Memory of @ram_len bytes, of which only what is touched is taken.
 */
struct qtest *qtest_start(const char *const *machine, uint64_t ram_pa, uint64_t ram_len);
void qtest_stop(struct qtest *q);

void qtest_write32(struct qtest *q, uint64_t pa, uint32_t value);
void qtest_write64(struct qtest *q, uint64_t pa, uint64_t value);
uint32_t qtest_read32(struct qtest *q, uint64_t pa);

/* [@pa, +@len) must be memory. */
void *qtest_ram(const struct qtest *q, uint64_t pa, uint64_t len);
/* It is all zero again, and takes nothing. Whole pages. */
void qtest_forget_ram(const struct qtest *q, uint64_t pa, uint64_t len);

#endif
