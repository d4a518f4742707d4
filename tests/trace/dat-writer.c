/* SPDX-License-Identifier: MIT */
#include "dat-writer.h"

#include <stdbool.h>
#include <string.h>

#define PAGE_BYTES	4096
#define MISSED_EVENTS	(1ull << 31)
#define MISSED_STORED	(1ull << 30)
#define NS_BETWEEN	1000
#define FIRST_NS	1000001000ull
#define MAX_SHORT	28	/* type_len up to here is the length in words */
#define MAX_FORMATS	8

struct format {
	guint16 id;
	char *system, *text;
	const struct dat_field *fields;
};

struct dat_writer {
	unsigned word;		/* bytes */
	bool is_big;
	struct format formats[MAX_FORMATS];
	unsigned nr_formats;
	GByteArray *records;
	bool is_lossy;
	guint64 nr_lost;
};

/* ---- numbers in the kernel's byte order -------------------------------- */

static void
put(struct dat_writer *w, GByteArray *out, guint64 value, unsigned size)
{
	for (unsigned i = 0; i < size; i++) {
		unsigned shift = 8 * (w->is_big ? size - 1 - i : i);
		guint8 byte = value >> shift;

		g_byte_array_append(out, &byte, 1);
	}
}

static void
put_text(GByteArray *out, const char *text)
{
	g_byte_array_append(out, (const guint8 *)text, strlen(text));
}

static void
put_string(GByteArray *out, const char *text)
{
	g_byte_array_append(out, (const guint8 *)text, strlen(text) + 1);
}

/* A section of text with its length in front. */
static void
put_sized(struct dat_writer *w, GByteArray *out, const char *text, unsigned size)
{
	put(w, out, strlen(text), size);
	put_text(out, text);
}

static void
align(GByteArray *out, gsize to)
{
	while (out->len % to)
		g_byte_array_append(out, (const guint8 *)"", 1);
}

/* ---- formats ----------------------------------------------------------- */

static bool
is_dynamic(const struct dat_field *f)
{
	return g_str_has_prefix(f->type, "__data_loc");
}

static unsigned
size_in_record(const struct dat_field *f)
{
	return is_dynamic(f) ? 4 : f->size;
}

/* "__data_loc u64[]" stands before its name, "u64" as well: no arrays behind it. */
static void
tell_field(GString *s, const struct dat_field *f, unsigned offset)
{
	g_string_append_printf(s, "\tfield:%s %s;\toffset:%u;\tsize:%u;\tsigned:%d;\n",
			       f->type, f->name, offset, size_in_record(f),
			       !strcmp(f->type, "int"));
}

static const struct dat_field common[] = {
	{ "unsigned short", "common_type", 2 },
	{ "unsigned char", "common_flags", 1 },
	{ "unsigned char", "common_preempt_count", 1 },
	{ "int", "common_pid", 4 },
	{ .type = NULL },
};

static unsigned
tell_fields(GString *s, const struct dat_field *f, unsigned offset)
{
	for (; f->type; f++) {
		unsigned size = size_in_record(f);

		offset = (offset + size - 1) / size * size;
		tell_field(s, f, offset);
		offset += size;
	}
	return offset;
}

void
dat_format(struct dat_writer *w, const char *system, const char *name, guint16 id,
	   const struct dat_field *fields)
{
	GString *s = g_string_new(NULL);
	unsigned offset;

	g_assert_cmpuint(w->nr_formats, <, MAX_FORMATS);
	g_string_append_printf(s, "name: %s\nID: %u\nformat:\n", name, id);
	offset = tell_fields(s, common, 0);
	g_string_append_c(s, '\n');
	tell_fields(s, fields, offset);
	g_string_append(s, "\nprint fmt: \"%s\", \"event\"\n");
	w->formats[w->nr_formats++] = (struct format){
		id, g_strdup(system), g_string_free(s, FALSE), fields };
}

/* ---- records ----------------------------------------------------------- */

void
dat_raw_record(struct dat_writer *w, const void *bytes, gsize len)
{
	unsigned words = (len + 3) / 4;
	guint32 delta = w->records->len ? NS_BETWEEN : 0;
	guint32 type_len = words <= MAX_SHORT ? words : 0;

	/* The bit fields lie as the compiler of the kernel's byte order puts them. */
	put(w, w->records,
	    w->is_big ? type_len << 27 | delta : delta << 5 | type_len, 4);
	if (!type_len)
		put(w, w->records, 4 * words + 4, 4);
	g_byte_array_append(w->records, bytes, len);
	align(w->records, 4);
}

static unsigned
fixed_size(const struct dat_field *f)
{
	GString *unused = g_string_new(NULL);
	unsigned size = tell_fields(unused, f, 8);

	g_string_free(unused, TRUE);
	return size;
}

static void
put_dynamic(struct dat_writer *w, GByteArray *rec, GByteArray *tail,
	    const struct dat_field *f, const struct dat_value *v, unsigned fixed)
{
	gsize len = v->text ? strlen(v->text) + 1 : v->nr * f->size;

	put(w, rec, len << 16 | (fixed + tail->len), 4);
	if (v->text)
		put_string(tail, v->text);
	for (gsize i = 0; i < v->nr; i++)
		put(w, tail, v->list[i], f->size);
}

static const struct format *
find_format(const struct dat_writer *w, guint16 id)
{
	for (unsigned i = 0; i < w->nr_formats; i++)
		if (w->formats[i].id == id)
			return &w->formats[i];
	g_assert_not_reached();
}

void
dat_record(struct dat_writer *w, guint16 id, int pid, const struct dat_value *v)
{
	const struct dat_field *f = find_format(w, id)->fields;
	unsigned fixed = fixed_size(f);
	GByteArray *rec = g_byte_array_new(), *tail = g_byte_array_new();

	put(w, rec, id, 2);
	put(w, rec, 0, 2);
	put(w, rec, pid, 4);
	for (; f->type; f++, v++) {
		align(rec, size_in_record(f));
		if (is_dynamic(f))
			put_dynamic(w, rec, tail, f, v, fixed);
		else
			put(w, rec, v->number, f->size);
	}
	g_byte_array_append(rec, tail->data, tail->len);
	dat_raw_record(w, rec->data, rec->len);
	g_byte_array_unref(rec);
	g_byte_array_unref(tail);
}

void
dat_lose(struct dat_writer *w, guint64 nr)
{
	w->is_lossy = true;
	w->nr_lost = nr;
}

/* ---- the file ---------------------------------------------------------- */

struct dat_writer *
dat_writer_new(unsigned word_bits, int byte_order)
{
	struct dat_writer *w = g_new0(struct dat_writer, 1);

	w->word = word_bits / 8;
	w->is_big = byte_order == G_BIG_ENDIAN;
	w->records = g_byte_array_new();
	return w;
}

static void
put_page_header_format(struct dat_writer *w, GByteArray *out)
{
	g_autofree char *text = g_strdup_printf(
		"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		"\tfield: local_t commit;\toffset:8;\tsize:%u;\tsigned:1;\n"
		"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		"\tfield: char data;\toffset:%u;\tsize:%u;\tsigned:1;\n",
		w->word, 8 + w->word, PAGE_BYTES - 8 - w->word);

	put_string(out, "header_page");
	put_sized(w, out, text, 8);
	put_string(out, "header_event");
	put_sized(w, out, "# compressed entry header\n", 8);
}

/* Each format under a system of its own: the reader does not mind. */
static void
put_formats(struct dat_writer *w, GByteArray *out)
{
	put(w, out, 0, 4);		/* none of ftrace's own */
	put(w, out, w->nr_formats, 4);
	for (unsigned i = 0; i < w->nr_formats; i++) {
		put_string(out, w->formats[i].system);
		put(w, out, 1, 4);
		put_sized(w, out, w->formats[i].text, 8);
	}
}

static void
put_page(struct dat_writer *w, GByteArray *out)
{
	guint64 commit = w->records->len;

	g_assert_cmpuint(w->records->len, <, PAGE_BYTES - 32);
	if (w->is_lossy)
		commit |= MISSED_EVENTS | (w->nr_lost ? MISSED_STORED : 0);
	align(out, PAGE_BYTES);
	put(w, out, FIRST_NS, 8);
	put(w, out, commit, w->word);
	g_byte_array_append(out, w->records->data, w->records->len);
	if (w->nr_lost)
		put(w, out, w->nr_lost, w->word);
	align(out, PAGE_BYTES);
}

static void
put_head(struct dat_writer *w, GByteArray *out)
{
	guint8 order[] = { w->is_big, w->word };

	put_text(out, "\x17\x08\x44tracing");
	put_string(out, "6");
	g_byte_array_append(out, order, sizeof(order));
	put(w, out, PAGE_BYTES, 4);
}

GBytes *
dat_writer_end(struct dat_writer *w)
{
	GByteArray *out = g_byte_array_new();

	put_head(w, out);
	put_page_header_format(w, out);
	put_formats(w, out);
	put_sized(w, out, "c0000000 T tracing_mark_write\n", 4);
	put_sized(w, out, "", 4);	/* no printk formats */
	put_sized(w, out, "1 sh\n42 kworker/0:0-mm\n", 8);
	put(w, out, 1, 4);		/* CPUs */
	put_string(out, "options  ");
	put(w, out, 0, 2);
	put_string(out, "flyrecord");
	put(w, out, (out->len + 16 + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES, 8);
	put(w, out, PAGE_BYTES, 8);
	put_page(w, out);

	for (unsigned i = 0; i < w->nr_formats; i++) {
		g_free(w->formats[i].system);
		g_free(w->formats[i].text);
	}
	g_byte_array_unref(w->records);
	g_free(w);
	return g_byte_array_free_to_bytes(out);
}
