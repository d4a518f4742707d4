/* SPDX-License-Identifier: MIT */
/*
 * QEMU over -qtest: see qtest.h. Debian's QEMU has no qtest accelerator, but the protocol
 * works with any: the processor is started powered off. Time is virtual and jumps to the
 * next timer, so that nothing is waited for.
 *
 * Memory and socket are inherited, not named: no file is left behind, however this ends.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "qemu.h"
#include "qtest.h"

/* Descriptors of QEMU's. */
#define SOCKET_FD	100
#define RAM_FD		101
#define TEXT(x)		#x
#define NUMBER(x)	TEXT(x)

#define MOST_UNSENT	4096u

extern char **environ;

static struct qtest *running;		/* one at a time; a test that failed leaves it */

/* ---- beginning and end ----------------------------------------------------------------- */

static char **command(const char *const *machine, uint64_t ram_len)
{
	static const char *const before[] = { "timeout", "--kill-after=5", QEMU_PATIENCE, QEMU };
	static const char *const after[] = {
		"-nodefaults", "-display", "none", "-monitor", "none",
		"-icount", "shift=0,sleep=off", "-global", "arm-cpu.start-powered-off=on",
		"-chardev", ("socket,id=to-test,fd=" NUMBER(SOCKET_FD)),
		"-object", "qtest,id=test,chardev=to-test,log=none",
	};
	GPtrArray *argv = g_ptr_array_new();
	unsigned long mib = (unsigned long)(ram_len >> 20);

	for (unsigned i = 0; i < G_N_ELEMENTS(before); i++)
		g_ptr_array_add(argv, g_strdup(before[i]));
	for (unsigned i = 0; machine[i]; i++)
		g_ptr_array_add(argv, g_strdup(machine[i]));
	for (unsigned i = 0; i < G_N_ELEMENTS(after); i++)
		g_ptr_array_add(argv, g_strdup(after[i]));
	g_ptr_array_add(argv, g_strdup("-m"));
	g_ptr_array_add(argv, g_strdup_printf("%luM", mib));
	g_ptr_array_add(argv, g_strdup("-object"));
	g_ptr_array_add(argv, g_strdup_printf("memory-backend-file,id=ram,share=on,size=%luM,"
					      "mem-path=/dev/fd/" NUMBER(RAM_FD), mib));
	g_ptr_array_add(argv, NULL);
	return (char **)g_ptr_array_free(argv, false);
}

static pid_t spawn(char *const *argv, int socket, int ram, int said)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int err;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, said, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, said, STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&actions, socket, SOCKET_FD);
	posix_spawn_file_actions_adddup2(&actions, ram, RAM_FD);
	err = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		fail_msg("%s: %s", argv[0], strerror(err));
	return pid;
}

static void stop_running(void)
{
	if (running)
		qtest_stop(running);
}

struct qtest *qtest_start(const char *const *machine, uint64_t ram_pa, uint64_t ram_len)
{
	static bool is_at_exit;
	g_auto(GStrv) argv = command(machine, ram_len);
	struct qtest *q = g_new0(struct qtest, 1);
	int ends[2], ram = memfd_create("ram", MFD_CLOEXEC);

	stop_running();
	*q = (struct qtest){ .ram_pa = ram_pa, .ram_len = ram_len,
			     .out = g_string_new(NULL), .in = g_string_new(NULL) };
	q->said = memfd_create("said", MFD_CLOEXEC);
	if (ram < 0 || q->said < 0 || ftruncate(ram, (off_t)ram_len) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		fail_msg("memory or socket: %s", strerror(errno));
	q->ram = mmap(NULL, ram_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, ram, 0);
	assert_true(q->ram != MAP_FAILED);
	q->pid = spawn(argv, ends[1], ram, q->said);
	q->socket = ends[0];
	close(ends[1]);
	close(ram);
	if (!is_at_exit)
		atexit(stop_running);
	is_at_exit = true;
	running = q;
	return q;
}

void qtest_stop(struct qtest *q)
{
	running = NULL;
	kill(q->pid, SIGTERM);
	waitpid(q->pid, NULL, 0);
	close(q->socket);
	close(q->said);
	munmap(q->ram, q->ram_len);
	g_string_free(q->out, true);
	g_string_free(q->in, true);
	g_free(q);
}

/* ---- talking --------------------------------------------------------------------------- */

static void give_up(struct qtest *q, const char *why)
{
	char said[4096];
	ssize_t len = pread(q->said, said, sizeof(said) - 1, 0);

	said[len > 0 ? len : 0] = '\0';
	fail_msg("QEMU: %s\n%s", why, said);
}

static void send_all(struct qtest *q)
{
	for (size_t sent = 0; sent < q->out->len; ) {
		ssize_t len = send(q->socket, q->out->str + sent, q->out->len - sent,
				   MSG_NOSIGNAL);

		if (len < 0 && errno != EINTR)
			give_up(q, strerror(errno));
		sent += len > 0 ? (size_t)len : 0;
	}
	g_string_truncate(q->out, 0);
}

/* One line, without its end, into @ret. */
static void take_line(struct qtest *q, char *ret, size_t size)
{
	char *end;

	while (!(end = memchr(q->in->str, '\n', q->in->len))) {
		char bytes[4096];
		ssize_t len = recv(q->socket, bytes, sizeof(bytes), 0);

		if (!len || (len < 0 && errno != EINTR))
			give_up(q, len ? strerror(errno) : "gone");
		g_string_append_len(q->in, bytes, len > 0 ? len : 0);
	}
	*end = '\0';
	g_strlcpy(ret, q->in->str, size);
	g_string_erase(q->in, 0, end + 1 - q->in->str);
}

/* Until nothing is owed. @ret: the last answer. */
static void take_answers(struct qtest *q, char *ret, size_t size)
{
	send_all(q);
	for (; q->nr_owed; q->nr_owed--) {
		take_line(q, ret, size);
		if (strncmp(ret, "OK", 2) != 0)
			give_up(q, ret);
	}
}

static void ask(struct qtest *q, const char *verb, uint64_t pa, uint64_t value)
{
	char answer[64];

	g_string_append_printf(q->out, "%s 0x%" G_GINT64_MODIFIER "x 0x%" G_GINT64_MODIFIER "x\n",
			       verb, pa, value);
	q->nr_owed++;
	if (q->out->len > MOST_UNSENT)
		take_answers(q, answer, sizeof(answer));
}

void qtest_write32(struct qtest *q, uint64_t pa, uint32_t value)
{
	ask(q, "writel", pa, value);
}

void qtest_write64(struct qtest *q, uint64_t pa, uint64_t value)
{
	ask(q, "writeq", pa, value);
}

uint32_t qtest_read32(struct qtest *q, uint64_t pa)
{
	char answer[64];

	g_string_append_printf(q->out, "readl 0x%" G_GINT64_MODIFIER "x\n", pa);
	q->nr_owed++;
	take_answers(q, answer, sizeof(answer));
	return (uint32_t)strtoull(answer + 2, NULL, 16);
}

/* ---- memory ---------------------------------------------------------------------------- */

void *qtest_ram(const struct qtest *q, uint64_t pa, uint64_t len)
{
	assert_true(pa >= q->ram_pa && len <= q->ram_len &&
		    pa - q->ram_pa <= q->ram_len - len);
	return q->ram + (pa - q->ram_pa);
}

void qtest_forget_ram(const struct qtest *q, uint64_t pa, uint64_t len)
{
	assert_int_equal(madvise(qtest_ram(q, pa, len), len, MADV_REMOVE), 0);
}
