/* SPDX-License-Identifier: MIT */
/*
 * Bytes from anywhere, unpacked: see source.h.
 *
 * Spec: RFC 1952 (gzip members may follow one another); the .xz file format,
 * version 1.1.0 (streams may follow one another, with padding between them).
 */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <lzma.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define CHUNK		(64 * 1024)
/* xz -9 asks its reader for 65 MiB; a file that wants much more is an attack. */
#define XZ_MEM_LIMIT	(160ull << 20)
#define GZIP_ANY_WINDOW	(15 + 16)	/* zlib's way to ask for a gzip header */

static const uint8_t gzip_magic[] = { 0x1f, 0x8b };
static const uint8_t xz_magic[] = { 0xfd, '7', 'z', 'X', 'Z', 0x00 };

enum packing { PLAIN, GZIP, XZ };

struct source {
	int fd;			/* -1: the bytes come from @mem */
	bool is_regular;
	const uint8_t *mem;
	size_t mem_len;

	uint64_t done, size;
	uint8_t in[CHUNK];	/* packed bytes not looked at yet: [pos, len) */
	size_t pos, len;
	bool at_eof;		/* nothing will be added to @in any more */

	enum packing packing;
	z_stream z;
	bool in_member;		/* inside a gzip member, not between two */
	lzma_stream x;
	bool is_done;
	char why[120];
};

static void
is_broken(struct source *s, const char *why)
{
	g_strlcpy(s->why, why, sizeof(s->why));
	s->is_done = true;
}

static size_t
read_raw(struct source *s, void *buf, size_t len)
{
	ssize_t n;

	if (s->fd < 0) {
		n = MIN(len, s->mem_len - s->done);
		memcpy(buf, s->mem + s->done, n);
	} else {
		do
			n = read(s->fd, buf, len);
		while (n < 0 && errno == EINTR);
	}
	if (n < 0) {
		is_broken(s, g_strerror(errno));
		n = 0;
	}
	s->at_eof = n == 0;
	s->done += n;
	return n;
}

/* Make sure of @want packed bytes, or of all there are; returns how many. */
static size_t
refill(struct source *s, size_t want)
{
	while (s->len - s->pos < want && !s->at_eof) {
		memmove(s->in, s->in + s->pos, s->len - s->pos);
		s->len -= s->pos;
		s->pos = 0;
		s->len += read_raw(s, s->in + s->len, CHUNK - s->len);
	}
	return s->len - s->pos;
}

static bool
starts_with(struct source *s, const uint8_t *magic, size_t len)
{
	return refill(s, len) >= len && !memcmp(s->in + s->pos, magic, len);
}

static void
start_unpacking(struct source *s)
{
	if (starts_with(s, gzip_magic, sizeof(gzip_magic))) {
		s->packing = GZIP;
		s->in_member = true;
		if (inflateInit2(&s->z, GZIP_ANY_WINDOW) != Z_OK)
			is_broken(s, "no memory to unpack gzip");
	} else if (starts_with(s, xz_magic, sizeof(xz_magic))) {
		s->packing = XZ;
		if (lzma_stream_decoder(&s->x, XZ_MEM_LIMIT,
					LZMA_CONCATENATED) != LZMA_OK)
			is_broken(s, "no memory to unpack xz");
	}
}

static struct source *
source_new(int fd, const void *mem, size_t len)
{
	struct source *s = g_new0(struct source, 1);
	struct stat st;

	s->fd = fd;
	s->mem = mem;
	s->mem_len = s->size = len;
	s->x = (lzma_stream)LZMA_STREAM_INIT;
	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode)) {
		s->is_regular = true;
		s->size = st.st_size;
	}
	start_unpacking(s);
	return s;
}

/* ---- plain ------------------------------------------------------------- */

static size_t
read_plain(struct source *s, void *buf, size_t len)
{
	size_t n = MIN(len, s->len - s->pos);

	if (n) {
		memcpy(buf, s->in + s->pos, n);
		s->pos += n;
		return n;
	}
	return s->is_done ? 0 : read_raw(s, buf, len);
}

/* ---- gzip -------------------------------------------------------------- */

/* Between members: another one, zero padding as tapes leave it, or the end. */
static bool
next_member(struct source *s)
{
	while (refill(s, 1) && s->in[s->pos] == 0)
		s->pos++;
	if (!refill(s, 1)) {
		s->is_done = true;
		return false;
	}
	if (!starts_with(s, gzip_magic, sizeof(gzip_magic))) {
		is_broken(s, "what follows the gzip data is not gzip");
		return false;
	}
	inflateReset(&s->z);
	s->in_member = true;
	return true;
}

static void
inflate_some(struct source *s)
{
	int err;

	s->z.avail_in = refill(s, 1);		/* first: it moves the bytes */
	s->z.next_in = s->in + s->pos;
	err = inflate(&s->z, Z_NO_FLUSH);
	s->pos = s->len - s->z.avail_in;

	if (err == Z_STREAM_END)
		s->in_member = false;
	else if (err == Z_BUF_ERROR && s->at_eof)
		is_broken(s, "the gzip data end in the middle");
	else if (err != Z_OK && err != Z_BUF_ERROR)
		is_broken(s, "the gzip data are damaged");
}

static size_t
read_gzip(struct source *s, void *buf, size_t len)
{
	s->z.next_out = buf;
	s->z.avail_out = len;
	while (!s->is_done && s->z.avail_out == len) {
		if (s->in_member || next_member(s))
			inflate_some(s);
	}
	return len - s->z.avail_out;
}

/* ---- xz ---------------------------------------------------------------- */

static void
unxz_some(struct source *s)
{
	s->x.avail_in = refill(s, 1);
	s->x.next_in = s->in + s->pos;

	switch (lzma_code(&s->x, s->at_eof ? LZMA_FINISH : LZMA_RUN)) {
	case LZMA_OK:
		break;
	case LZMA_STREAM_END:
		s->is_done = true;
		break;
	case LZMA_BUF_ERROR:
		is_broken(s, "the xz data end in the middle");
		break;
	case LZMA_MEMLIMIT_ERROR:
		is_broken(s, "the xz data need over 160 MiB to unpack");
		break;
	default:
		is_broken(s, "the xz data are damaged");
		break;
	}
	s->pos = s->len - s->x.avail_in;
}

static size_t
read_xz(struct source *s, void *buf, size_t len)
{
	s->x.next_out = buf;
	s->x.avail_out = len;
	while (!s->is_done && s->x.avail_out == len)
		unxz_some(s);
	return len - s->x.avail_out;
}

/* ---- the verbs --------------------------------------------------------- */

struct source *
source_open(const char *path)
{
	bool is_stdin = !strcmp(path, "-");
	int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) :
			    open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? NULL : source_new(fd, NULL, 0);
}

struct source *
source_open_mem(const void *mem, size_t len)
{
	return source_new(-1, mem, len);
}

void
source_close(struct source *s)
{
	if (!s)
		return;
	if (s->packing == GZIP)
		inflateEnd(&s->z);
	lzma_end(&s->x);
	if (s->fd >= 0)
		close(s->fd);
	g_free(s);
}

size_t
source_read(struct source *s, void *buf, size_t len)
{
	switch (s->packing) {
	case GZIP:
		return read_gzip(s, buf, len);
	case XZ:
		return read_xz(s, buf, len);
	default:
		return read_plain(s, buf, len);
	}
}

const char *
source_why_broken(const struct source *s)
{
	return *s->why ? s->why : NULL;
}

void
source_progress(const struct source *s, uint64_t *ret_done, uint64_t *ret_size)
{
	*ret_done = s->done - (s->len - s->pos);
	*ret_size = s->size;
}

int
source_seekable_fd(const struct source *s)
{
	return s->is_regular && s->packing == PLAIN ? s->fd : -1;
}
