/* SPDX-License-Identifier: MIT */
/*
 * Are two hooks called for one copy? A look at the code between the calls.
 *
 *	call  __tsan_write_range	<- store_site is behind this call
 *	mov   $0x40,%esi
 *	mov   %rbp,%rdi
 *	call  __tsan_read_range		<- load_site is behind this one
 *	(the copy)
 *
 * Where nothing but arithmetic in registers lies between them, the store that
 * the first announced cannot have happened at the second: proof, not a guess by
 * distance. Anything that could store (a memory destination, a call, an opcode
 * that is not in the table) says that they are two statements.
 *
 * Leaves out: hosts other than x86-64, where the answer is always no.
 *
 * Spec: Intel 64 and IA-32 Architectures SDM, volume 2, chapter 2 and appendix A.
 */
#include <string.h>

#include "hooks.h"

#ifdef __x86_64__

enum shape {
	OTHER = 0,	/* anything that may store, jump or call */
	BARE,		/* no operand bytes */
	TO_REG,		/* ModRM; the destination is the reg field */
	TO_RM,		/* ModRM; the destination is r/m: only as a register */
	IMM8 = 0x10,	/* flags: what follows ModRM */
	IMM32 = 0x20,
	IMM_REG = 0x40,	/* the mov whose immediate REX.W makes 8 bytes */
};

static const uint8_t one_byte[256] = {
	[0x01] = TO_RM, [0x03] = TO_REG,		/* add */
	[0x09] = TO_RM, [0x0b] = TO_REG,		/* or */
	[0x21] = TO_RM, [0x23] = TO_REG,		/* and */
	[0x29] = TO_RM, [0x2b] = TO_REG,		/* sub */
	[0x31] = TO_RM, [0x33] = TO_REG,		/* xor */
	[0x63] = TO_REG,				/* movslq */
	[0x69] = TO_REG | IMM32, [0x6b] = TO_REG | IMM8, /* imul */
	[0x81] = TO_RM | IMM32, [0x83] = TO_RM | IMM8,	/* add, or, sub... */
	[0x89] = TO_RM, [0x8b] = TO_REG,		/* mov */
	[0x8d] = TO_REG,				/* lea */
	[0x98] = BARE,					/* cltq */
	[0xb8] = IMM_REG, [0xb9] = IMM_REG, [0xba] = IMM_REG, [0xbb] = IMM_REG,
	[0xbc] = IMM_REG, [0xbd] = IMM_REG, [0xbe] = IMM_REG, [0xbf] = IMM_REG,
	[0xc1] = TO_RM | IMM8, [0xd1] = TO_RM,		/* shifts */
	[0xc7] = TO_RM | IMM32,				/* mov */
};

static const uint8_t two_byte[256] = {
	[0xaf] = TO_REG,				/* imul */
	[0xb6] = TO_REG, [0xb7] = TO_REG,		/* movzx */
	[0xbe] = TO_REG, [0xbf] = TO_REG,		/* movsx */
};

/* Bytes of a ModRM operand: itself, a SIB byte, a displacement. */
static size_t modrm_bytes(const uint8_t *modrm)
{
	unsigned mod = modrm[0] >> 6;
	unsigned rm = modrm[0] & 7;
	bool has_sib = mod != 3 && rm == 4;
	bool is_far = mod == 2 || (mod == 0 && (rm == 5 || (has_sib && (modrm[1] & 7) == 5)));

	return 1 + has_sib + (mod == 1) + (is_far ? 4 : 0);
}

/* Length of the instruction at @code if it writes registers only, else 0. */
static size_t register_code_bytes(const uint8_t *code)
{
	const uint8_t *at = code;
	bool is_wide = false;
	uint8_t shape;

	if ((*at & 0xf0) == 0x40) {			/* REX */
		is_wide = *at & 8;
		at++;
	}
	if (*at == 0x0f)
		shape = two_byte[*++at];
	else
		shape = one_byte[*at];
	at++;

	if (shape == OTHER)
		return 0;
	if (shape == IMM_REG)
		return at - code + (is_wide ? 8 : 4);
	if ((shape & 0xf) == TO_RM && *at >> 6 != 3)
		return 0;
	if ((shape & 0xf) != BARE)
		at += modrm_bytes(at);
	return at - code + (shape & IMM8 ? 1 : 0) + (shape & IMM32 ? 4 : 0);
}

/* Behind the call at @code, or NULL if there is none: direct, or through the GOT. */
static const uint8_t *behind_call(const uint8_t *code)
{
	if (code[0] == 0xe8)
		return code + 5;
	return code[0] == 0xff && code[1] == 0x15 ? code + 6 : NULL;
}

bool hooks_is_one_copy(const void *store_site, const void *load_site)
{
	const uint8_t *code = store_site;
	const uint8_t *end = load_site;

	if (!hooks_may_be_one_copy(store_site, load_site))
		return false;
	while (code < end) {
		size_t bytes = register_code_bytes(code);

		if (!bytes)
			return behind_call(code) == end;
		code += bytes;
	}
	return false;
}

#else

bool hooks_is_one_copy(const void *store_site, const void *load_site)
{
	return false;
}

#endif
