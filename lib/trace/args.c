/* SPDX-License-Identifier: MIT */
/* An event's arguments as text: see args.h. */
#include "args.h"

#include <limits.h>
#include <string.h>

/* What stands behind a key's '='. */
enum value_form {
	DECIMAL,
	HEX,		/* with or without 0x: the kernel prints both */
	PROBED,		/* a kprobe's: hex with 0x, decimal without */
	POINTER,	/* hex, or "(null)", "(____ptrval____)": no address */
	SIGNED,
	COUNTS,		/* "nents=128/171": the next key takes the second */
	LIST,		/* "{0x1000,0x2000}" */
	DIRECTION,	/* a word, or a digit from a kprobe */
	ATTRIBUTES,	/* words and bits joined by '|' */
	GFP_WORDS,	/* the same, of which one question is asked */
	NAME
};

static const struct arg {
	const char *name;
	enum trace_key key;
	enum value_form form;
} args[] = {
	{ "dir",           KEY_DIR,         DIRECTION },
	{ "size",          KEY_SIZE,        DECIMAL },
	{ "dma_addr",      KEY_DMA,         HEX },
	{ "phys_addr",     KEY_PHYS,        HEX },
	{ "attrs",         KEY_ATTRS,       ATTRIBUTES },
	{ "paddr",         KEY_PHYS,        HEX },
	{ "iova",          KEY_DMA,         HEX },
	{ "unmapped_size", KEY_UNMAPPED,    DECIMAL },
	{ "nents",         KEY_NENTS,       COUNTS },
	{ "ents",          KEY_ENTS,        COUNTS },
	{ "dma_addrs",     KEY_DMA_LIST,    LIST },
	{ "sizes",         KEY_SIZE_LIST,   LIST },
	{ "phys_addrs",    KEY_PHYS_LIST,   LIST },
	{ "virt_addr",     KEY_VIRT,        POINTER },
	{ "dma_mask",      KEY_MASK,        HEX },
	{ "dev_addr",      KEY_DMA,         HEX },
	{ "groupID",       KEY_GROUP,       DECIMAL },
	{ "device",        KEY_DEV,         NAME },
	{ "err",           KEY_ERROR,       SIGNED },
	{ "flags",         KEY_FAULT_FLAGS, HEX },
};

/* A kprobe's names are its user's: those of the kernel's parameters, and near them. */
static const struct arg probe_args[] = {
	{ "paddr",     KEY_PHYS, PROBED },
	{ "phys",      KEY_PHYS, PROBED },
	{ "phys_addr", KEY_PHYS, PROBED },
	{ "pa",        KEY_PHYS, PROBED },
	{ "start",     KEY_PHYS, PROBED },
	{ "end",       KEY_END,  PROBED },
	{ "size",      KEY_SIZE, PROBED },
	{ "len",       KEY_SIZE, PROBED },
	{ "page",      KEY_VIRT, PROBED },
	{ "dir",       KEY_DIR,  DIRECTION },
	{ "direction", KEY_DIR,  DIRECTION },
};

static const char *const directions[] = {
	[TRACE_BIDI] = "BIDIRECTIONAL", [TRACE_TO_DEVICE] = "TO_DEVICE",
	[TRACE_FROM_DEVICE] = "FROM_DEVICE", [TRACE_NONE] = "NONE",
};

static const struct { const char *name; unsigned shift; } attributes[] = {
	{ "WEAK_ORDERING", 1 }, { "WRITE_COMBINE", 2 },
	{ "NO_KERNEL_MAPPING", 4 }, { "SKIP_CPU_SYNC", 5 },
	{ "FORCE_CONTIGUOUS", 6 }, { "ALLOC_SINGLE_PAGES", 7 },
	{ "NO_WARN", 8 }, { "PRIVILEGED", 9 }, { "MMIO", 10 },
};

/* One more than a digit's value, so that what is none, 0, wraps to the largest. */
static const uint8_t digit_plus_one[256] = {
	['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	['A'] = 11, 12, 13, 14, 15, 16,
	['a'] = 11, 12, 13, 14, 15, 16,
};

static inline unsigned
digit_of(uint8_t c)
{
	return digit_plus_one[c] - 1u;
}

bool
scan_number(const char **p, unsigned base, uint64_t *ret)
{
	const uint8_t *s = (const uint8_t *)*p;
	uint64_t value = 0;
	const uint8_t *first;

	if (s[0] == '0' && s[1] == 'x') {
		base = 16;
		s += 2;
	}
	for (first = s; digit_of(*s) < base; s++) {
		uint64_t wider;

		if (__builtin_mul_overflow(value, (uint64_t)base, &wider) ||
		    __builtin_add_overflow(wider, digit_of(*s), &value))
			return false;
	}
	*p = (const char *)s;
	*ret = value;
	return s != first;
}

static bool
word_is(const char *word, size_t len, const char *name)
{
	return !strncmp(word, name, len) && name[len] == '\0';
}

static bool
scan_pointer(const char **p, uint64_t *ret)
{
	if (**p != '(')
		return scan_number(p, 16, ret);
	*p += strcspn(*p, " ");
	*ret = 0;
	return true;
}

static bool
scan_signed(const char **p, uint64_t *ret)
{
	bool is_negative = **p == '-';

	*p += is_negative;
	if (!scan_number(p, 10, ret) || *ret > INT_MAX)
		return false;
	*ret = is_negative ? -*ret : *ret;
	return true;
}

static bool
scan_direction(const char **p, uint64_t *ret)
{
	size_t len = strcspn(*p, " ");

	if (g_ascii_isdigit(**p))
		return scan_number(p, 10, ret);
	for (unsigned dir = 0; dir < G_N_ELEMENTS(directions); dir++) {
		if (word_is(*p, len, directions[dir])) {
			*p += len;
			*ret = dir;
			return true;
		}
	}
	return false;
}

/* Bits the kernel has no word for come last, as hex; words we lack are 0. */
static bool
scan_attribute(const char **p, uint64_t *ret)
{
	size_t len = strcspn(*p, "| ");

	*ret = 0;
	if (g_ascii_isdigit(**p))
		return scan_number(p, 16, ret);
	for (unsigned i = 0; i < G_N_ELEMENTS(attributes); i++)
		if (word_is(*p, len, attributes[i].name))
			*ret = 1ul << attributes[i].shift;
	*p += len;
	return true;
}

static bool
scan_attributes(const char **p, uint64_t *ret)
{
	*ret = 0;
	while (**p && **p != ' ') {
		uint64_t bits;

		if (!scan_attribute(p, &bits))
			return false;
		*ret |= bits;
		if (**p == '|')
			++*p;
		else
			break;
	}
	return true;
}

/* May an allocation with this word sleep? Bits without a word come as hex. */
static bool
word_lets_sleep(const char *word, size_t len)
{
	static const char *const words[] = {
		"GFP_KERNEL", "GFP_KERNEL_ACCOUNT", "GFP_USER", "GFP_HIGHUSER",
		"GFP_HIGHUSER_MOVABLE", "GFP_TRANSHUGE", "GFP_NOIO", "GFP_NOFS",
		"__GFP_RECLAIM", "__GFP_DIRECT_RECLAIM",
	};
	uint64_t bits;

	for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
		if (word_is(word, len, words[i]))
			return true;
	return g_ascii_isdigit(*word) && scan_number(&word, 16, &bits) &&
	       gfp_lets_sleep(bits);
}

static bool
scan_is_atomic(const char **p, uint64_t *ret)
{
	*ret = true;
	while (**p && **p != ' ') {
		size_t len = strcspn(*p, "| ");

		if (word_lets_sleep(*p, len))
			*ret = false;
		*p += len + ((*p)[len] == '|');
	}
	return true;
}

/* ---- one value --------------------------------------------------------- */

static bool
scan_list(struct draft *d, enum trace_key key, const char **p)
{
	struct number_list *list = draft_list(d, key);

	if (!draft_mark(d, key) || *(*p)++ != '{')
		return false;
	while (**p != '}') {
		uint64_t value;

		if (!scan_number(p, 16, &value))
			return false;
		number_list_add(list, value);
		if (**p == ',')
			++*p;
		else if (**p != '}')
			return false;
	}
	++*p;
	return true;
}

static bool
scan_counts(struct draft *d, enum trace_key key, const char **p)
{
	uint64_t nr, total;

	if (!scan_number(p, 10, &nr) || *(*p)++ != '/' ||
	    !scan_number(p, 10, &total))
		return false;
	return draft_set(d, key, nr) && draft_set(d, key + 1, total);
}

/* The device of an iommu event; end_name() cuts it out of the line in the end. */
static bool
scan_name(struct draft *d, const char **p)
{
	size_t len = strcspn(*p, " ");

	if (!len || !draft_mark(d, KEY_DEV))
		return false;
	d->ev.dev = *p;
	*p += len;
	return true;
}

static bool
scan_value(struct draft *d, const struct arg *arg, const char **p)
{
	uint64_t value;
	bool is_ok;

	switch (arg->form) {
	case LIST:
		return scan_list(d, arg->key, p);
	case COUNTS:
		return scan_counts(d, arg->key, p);
	case NAME:
		return scan_name(d, p);
	case DECIMAL:
	case PROBED:
		is_ok = scan_number(p, 10, &value);
		break;
	case HEX:
		is_ok = scan_number(p, 16, &value);
		break;
	case POINTER:
		is_ok = scan_pointer(p, &value);
		break;
	case SIGNED:
		is_ok = scan_signed(p, &value);
		break;
	case DIRECTION:
		is_ok = scan_direction(p, &value);
		break;
	case ATTRIBUTES:
		is_ok = scan_attributes(p, &value);
		break;
	case GFP_WORDS:
		is_ok = scan_is_atomic(p, &value);
		break;
	default:
		g_assert_not_reached();
	}
	return is_ok && draft_set(d, arg->key, value);
}

/* ---- one argument ------------------------------------------------------ */

static const struct arg *
find_probe_arg(const char *name, size_t len)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(probe_args); i++)
		if (word_is(name, len, probe_args[i].name))
			return &probe_args[i];
	return NULL;
}

static const struct arg *
find_arg(const struct draft *d, const char *name, size_t len)
{
	if (event_info(d->ev.kind)->opening == OPENS_WITH_PROBE)
		return find_probe_arg(name, len);
	for (unsigned i = 0; i < G_N_ELEMENTS(args); i++) {
		if (word_is(name, len, args[i].name))
			return &args[i];
	}
	return NULL;
}

/*
 * dma_map_sg_err prints physical addresses under the name of DMA addresses, and flags=
 * is a fault's bits, but an allocation's GFP words.
 */
static const struct arg *
true_meaning(const struct draft *d, const struct arg *arg)
{
	static const struct arg phys_list = { "dma_addrs", KEY_PHYS_LIST, LIST };
	static const struct arg gfp_words = { "flags", KEY_IS_ATOMIC, GFP_WORDS };

	if (d->ev.kind == TRACE_MAP_SG_ERR && arg->key == KEY_DMA_LIST)
		return &phys_list;
	if (arg->key == KEY_FAULT_FLAGS && d->ev.kind != TRACE_IOMMU_PAGE_FAULT)
		return &gfp_words;
	return arg;
}

static bool
parse_pair(struct draft *d, const char *name, size_t len, const char **p)
{
	const struct arg *arg = find_arg(d, name, len);
	const char *value = *p;

	if (!arg) {
		*p += strcspn(*p, " ");
		return true;
	}
	*d->why = '\0';
	if (scan_value(d, true_meaning(d, arg), p) &&
	    (**p == ' ' || **p == '\0'))
		return true;
	if (*d->why)
		return false;
	return draft_is_bad(d, "%s has %s=%.40s", event_info(d->ev.kind)->name,
			    arg->name, value);
}

/* "iova=A - B": the range's end is the one value without a key. */
static bool
parse_range_end(struct draft *d, const char **p)
{
	uint64_t end;

	if (!scan_number(p, 16, &end) || (**p && **p != ' '))
		return draft_is_bad(d, "%s has no end behind its dash",
				    event_info(d->ev.kind)->name);
	return draft_set(d, KEY_IOVA_END, end);
}

static bool
parse_word(struct draft *d, const char *word, size_t len, const char **p)
{
	if (word_is(word, len, "-")) {
		*p += strspn(*p, " ");
		return parse_range_end(d, p);
	}
	if (word_is(word, len, "[TRUNCATED]"))
		return draft_set(d, KEY_IS_TRUNCATED, true);
	if (word_is(word, len, "FORCE"))
		return draft_set(d, KEY_IS_FORCED, true);
	if (word_is(word, len, "NORMAL"))
		return draft_set(d, KEY_IS_FORCED, false);
	return true;
}

static bool
parse_pairs(struct draft *d, const char *p)
{
	for (p += strspn(p, " "); *p; p += strspn(p, " ")) {
		const char *name = p;
		bool is_ok;

		while (*p && *p != ' ' && *p != '=')
			p++;
		if (*p == '=') {
			p++;
			is_ok = parse_pair(d, name, p - 1 - name, &p);
		} else {
			is_ok = parse_word(d, name, p - name, &p);
		}
		if (!is_ok)
			return false;
	}
	return true;
}

/* ---- how they open ----------------------------------------------------- */

/* Cut the word at *@p out of the line, and step behind it. */
static char *
cut_word(char **p)
{
	char *word = *p + strspn(*p, " ");
	char *end = word + strcspn(word, " ");

	*p = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

/* A device has a name, and no '=' in it: that would be the first argument. */
static bool
take_device(struct draft *d, char **p)
{
	d->ev.dev = cut_word(p);
	if (!*d->ev.dev || strchr(d->ev.dev, '='))
		return draft_is_bad(d, "%s without a device",
				    event_info(d->ev.kind)->name);
	return draft_mark(d, KEY_DEV);
}

static bool
take_prefix(struct draft *d, const char *prefix, char **p)
{
	if (!g_str_has_prefix(*p, prefix))
		return draft_is_bad(d, "%s does not start with \"%s\"",
				    event_info(d->ev.kind)->name, prefix);
	*p += strlen(prefix);
	return true;
}

static bool
take_opening(struct draft *d, char **p)
{
	switch (event_info(d->ev.kind)->opening) {
	case OPENS_WITH_DEVICE:
		return take_device(d, p);
	case OPENS_WITH_DEV_NAME:
		return take_prefix(d, "dev_name:", p) && take_device(d, p);
	case OPENS_WITH_IOMMU:
		return take_prefix(d, "IOMMU:", p);
	case OPENS_WITH_DRIVER:
		if (!take_prefix(d, "IOMMU:", p))
			return false;
		d->ev.text = cut_word(p);
		return take_device(d, p);
	case OPENS_WITH_PROBE:
		if (**p == '(')
			*p += strcspn(*p, " ");
		return true;
	default:
		g_assert_not_reached();
	}
}

/* "device=" leaves the blank behind the name, as the scan has to go on there. */
static void
end_name(char *name)
{
	name[strcspn(name, " ")] = '\0';
}

/*
 * trace-cmd's printer does not know min_t() in dma_map_sg's format, gives up, and
 * prints the record's bytes instead. Only the trace.dat still says what they are.
 */
static bool
trace_cmd_printed_it(struct draft *d, const char *text)
{
	if (!g_str_has_prefix(text, "[FAILED TO PARSE]"))
		return true;
	return draft_is_bad(d, "%s, which trace-cmd could not print: read the"
			    " trace.dat itself", event_info(d->ev.kind)->name);
}

bool
args_parse(struct draft *d, char *text)
{
	char *p = text;

	if (event_info(d->ev.kind)->opening == IS_ALL_TEXT) {
		d->ev.text = text;
		return draft_mark(d, KEY_TEXT) && draft_finish(d);
	}
	if (!trace_cmd_printed_it(d, text) || !take_opening(d, &p) ||
	    !parse_pairs(d, p))
		return false;
	if (event_info(d->ev.kind)->opening == OPENS_WITH_IOMMU &&
	    d->seen & (1u << KEY_DEV))
		end_name((char *)d->ev.dev);
	return draft_finish(d);
}
