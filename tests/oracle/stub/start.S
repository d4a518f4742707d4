/* SPDX-License-Identifier: MIT */
/*
 * Entry, vectors and the way into the Non-secure world and back.
 *
 * The stub runs in Monitor mode with the Secure MMU off, so that the tables under test
 * never need to map it: all 4 GiB of virtual addresses are theirs. Only a real access
 * needs one page of ours in them, the helper page below.
 */
	.syntax unified
	.arm
	.arch	armv7-a
	.arch_extension sec

	/*
	 * The helper page: Non-secure vectors, and one instruction for each kind of data
	 * access. Every way out is an SMC; its return address says which one it was.
	 */
	.section .helper, "ax"
	.balign	4096
	smc	#0			/* 0x00 reset */
	smc	#0			/* 0x04 undefined instruction: a fetch that arrived */
	smc	#0			/* 0x08 supervisor call */
	smc	#0			/* 0x0c prefetch abort */
	smc	#0			/* 0x10 data abort */
	smc	#0
	smc	#0
	smc	#0
	ldr	r0, [r1]		/* 0x20 */
	smc	#0
	str	r0, [r1]		/* 0x28 */
	smc	#0
	ldrt	r0, [r1]		/* 0x30: as PL0 */
	smc	#0
	strt	r0, [r1]		/* 0x38 */
	smc	#0
	.space	4096 - 0x40

	.section .text.start, "ax"
	.global	_start
_start:
	cps	#0x17			/* Abort */
	ldr	sp, =abort_stack_top
	cps	#0x1b			/* Undefined */
	ldr	sp, =abort_stack_top
	cps	#0x16			/* Monitor */
	ldr	sp, =stack_top
	ldr	r0, =vectors
	mcr	p15, 0, r0, c12, c0, 0	/* Secure VBAR */
	mcr	p15, 0, r0, c12, c0, 1	/* MVBAR */
	isb
	bl	stub_main
	b	.

	.balign	32
vectors:
	b	.
	b	undefined
	b	from_helper		/* SMC, by MVBAR */
	b	prefetch_abort
	b	data_abort
	b	.
	b	.
	b	.

undefined:
	mov	r0, #1
	b	stub_dies
prefetch_abort:
	mov	r0, #3
	b	stub_dies

	/* An external abort on the walk of an address translation operation. */
data_abort:
	push	{r0, r1}
	mrc	p15, 0, r0, c5, c0, 0	/* DFSR */
	orr	r0, r0, #0x80000000
	ldr	r1, =walk_abort
	str	r0, [r1]
	pop	{r0, r1}
	subs	pc, lr, #4		/* past the operation */

	/*
	 * enter_helper(pc, cpsr, va, value): Non-secure at pc with r0 = value, r1 = va.
	 * Returns twice the word that says what happened: LR of the SMC, and r0 of then.
	 */
	.global	enter_helper
enter_helper:
	push	{r4-r11, lr}
	mov	lr, r0
	msr	spsr_fsxc, r1
	mov	r0, r3
	mov	r1, r2
	mov	r4, #1
	mcr	p15, 0, r4, c1, c1, 0	/* SCR.NS = 1 */
	isb
	movs	pc, lr

from_helper:
	mov	r1, r0			/* what was loaded: high half of the result */
	mov	r0, lr
	mov	r2, #0
	mcr	p15, 0, r2, c1, c1, 0	/* SCR.NS = 0 */
	isb
	pop	{r4-r11, lr}
	bx	lr

	.global	semihost
semihost:				/* r0 operation, r1 arguments */
	push	{lr}
	svc	0x123456
	pop	{pc}

	.bss
	.balign	16
	.space	16384
stack_top:
	.space	1024
abort_stack_top:
