/* SPDX-License-Identifier: MIT */
/*
 * Runtime PM: who resumes and suspends, in which order, and when.
 *
 * Callbacks write a letter each: "C+" the device called C resumes, "C-" it suspends, "C?" it
 * is asked whether it may.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>

#include "../support/rig.h"

static GString *seen;
static int resume_error, suspend_error, idle_answer;
static const char *failing;

/* The last letter of its name. */
static int note(struct device *dev, char what)
{
	const char *name = dev_name(dev);
	char letter = name[strlen(name) - 1];

	g_string_append_c(seen, letter);
	g_string_append_c(seen, what);
	return failing && *failing == letter;
}

static int resumes(struct device *dev)
{
	return note(dev, '+') ? resume_error : 0;
}

static int suspends(struct device *dev)
{
	return note(dev, '-') ? suspend_error : 0;
}

static int idles(struct device *dev)
{
	note(dev, '?');
	return idle_answer;
}

static const struct dev_pm_ops plain_ops = { RUNTIME_PM_OPS(suspends, resumes, NULL) };
static const struct dev_pm_ops asking_ops = { RUNTIME_PM_OPS(suspends, resumes, idles) };
static struct device_driver plain = { .name = "plain", .pm = &plain_ops };
static struct device_driver asking = { .name = "asking", .pm = &asking_ops };

static struct device *gets(struct rig *rig, const char *name)
{
	struct device *dev = harness_device_new(rig->h, name, false);

	dev->driver = &plain;
	return dev;
}

static struct device *enables(struct rig *rig, const char *name)
{
	struct device *dev = gets(rig, name);

	pm_runtime_enable(dev);
	return dev;
}

static void expects_seen(const char *what)
{
	assert_string_equal(seen->str, what);
	g_string_truncate(seen, 0);
}

static void nothing_happens_until_it_is_enabled(struct rig *rig)
{
	struct device *dev = gets(rig, "dev-A");

	assert_false(pm_runtime_enabled(dev));
	assert_true(pm_runtime_active(dev));
	assert_true(pm_runtime_status_suspended(dev));
	assert_int_equal(pm_runtime_get_sync(dev), -EACCES);
	assert_int_equal(pm_runtime_put_sync(dev), -EACCES);
	assert_int_equal(pm_runtime_get_if_in_use(dev), -EINVAL);
	expects_seen("");
	pm_runtime_enable(dev);
	assert_true(pm_runtime_suspended(dev));
	assert_false(pm_runtime_active(dev));
}

static void the_first_user_resumes_and_the_last_suspends(struct rig *rig)
{
	struct device *dev = enables(rig, "dev-A");

	assert_int_equal(pm_runtime_get_sync(dev), 0);
	expects_seen("A+");
	assert_int_equal(pm_runtime_get_sync(dev), 1);
	assert_int_equal(pm_runtime_put_sync(dev), 0);
	expects_seen("");
	assert_int_equal(pm_runtime_put_sync(dev), 0);
	expects_seen("A-");
	assert_true(pm_runtime_suspended(dev));
}

static void a_put_too_many_is_said_and_not_counted(struct rig *rig)
{
	struct device *dev = enables(rig, "dev-A");

	listens(rig);
	assert_int_equal(pm_runtime_put_sync(dev), -EINVAL);
	expects_warning(rig, "Runtime PM usage count underflow");
	pm_runtime_put_noidle(dev);
	assert_int_equal(pm_runtime_get_sync(dev), 0);
	assert_int_equal(atomic_read(&dev->power.usage_count), 1);
	assert_int_equal(pm_runtime_put_sync(dev), 0);
	expects_seen("A+A-");
}

static void one_enable_too_many_is_said(struct rig *rig)
{
	struct device *dev = enables(rig, "dev-A");

	listens(rig);
	pm_runtime_enable(dev);
	expects_warning(rig, "Unbalanced pm_runtime_enable");
	pm_runtime_disable(dev);
	pm_runtime_disable(dev);
	pm_runtime_enable(dev);
	assert_false(pm_runtime_enabled(dev));
	pm_runtime_enable(dev);
	assert_true(pm_runtime_enabled(dev));
}

static void parents_come_first_and_go_last(struct rig *rig)
{
	struct device *top = enables(rig, "dev-T"), *child = enables(rig, "dev-C");

	child->parent = top;
	assert_int_equal(pm_runtime_get_sync(child), 0);
	expects_seen("T+C+");
	assert_int_equal(pm_runtime_suspend(top), -EBUSY);
	assert_int_equal(pm_runtime_put_sync(child), 0);
	expects_seen("C-");
	flush_workqueue(pm_wq);
	expects_seen("T-");
}

static void a_parent_that_fails_leaves_the_child_as_it_was(struct rig *rig)
{
	struct device *top = enables(rig, "dev-T"), *child = enables(rig, "dev-C");

	child->parent = top;
	failing = "T";
	resume_error = -EIO;
	assert_int_equal(pm_runtime_resume_and_get(child), -EBUSY);
	expects_seen("T+");
	assert_int_equal(atomic_read(&child->power.usage_count), 0);
	failing = NULL;
	assert_int_equal(pm_runtime_resume(top), -EINVAL);	/* it failed before */
	pm_runtime_disable(top);
	assert_int_equal(pm_runtime_set_suspended(top), 0);
	pm_runtime_enable(top);
	assert_int_equal(pm_runtime_get_sync(child), 0);
	expects_seen("T+C+");
	pm_runtime_put_sync(child);
	flush_workqueue(pm_wq);
	expects_seen("C-T-");
}

static void a_child_that_is_ignored_holds_nobody(struct rig *rig)
{
	struct device *top = enables(rig, "dev-T"), *child = enables(rig, "dev-C");

	child->parent = top;
	pm_suspend_ignore_children(top, true);
	pm_runtime_get_sync(child);
	expects_seen("C+");
	assert_int_equal(pm_runtime_get_sync(top), 0);
	assert_int_equal(pm_runtime_put_sync(top), 0);
	expects_seen("T+T-");
	pm_runtime_put_sync(child);
	expects_seen("C-");
}

static void suppliers_come_first_and_go_last(struct rig *rig)
{
	struct device *mmu = enables(rig, "dev-M"), *other = enables(rig, "dev-N");
	struct device *user = enables(rig, "dev-U");
	struct device_link *link = device_link_add(user, mmu, DL_FLAG_STATELESS |
						   DL_FLAG_PM_RUNTIME);
	struct device_link *second = device_link_add(user, other, DL_FLAG_STATELESS |
						     DL_FLAG_PM_RUNTIME);

	assert_non_null(link);
	assert_non_null(second);
	assert_int_equal(pm_runtime_get_sync(user), 0);
	expects_seen("M+N+U+");
	assert_int_equal(pm_runtime_suspend(mmu), -EAGAIN);
	assert_int_equal(pm_runtime_put_sync(user), 0);
	flush_workqueue(pm_wq);
	expects_seen("U-M-N-");
	device_link_del(link);
	pm_runtime_get_sync(user);
	expects_seen("N+U+");
	device_link_del(second);
	flush_workqueue(pm_wq);
	expects_seen("N-");
	pm_runtime_put_sync(user);
	expects_seen("U-");
}

static void a_supplier_that_fails_is_let_go_with_the_others(struct rig *rig)
{
	struct device *mmu = enables(rig, "dev-M"), *other = enables(rig, "dev-N");
	struct device *user = enables(rig, "dev-U");

	device_link_add(user, mmu, DL_FLAG_PM_RUNTIME);
	device_link_add(user, other, DL_FLAG_PM_RUNTIME);
	failing = "N";
	resume_error = -EIO;
	assert_int_equal(pm_runtime_resume_and_get(user), -EIO);
	expects_seen("M+N+");
	flush_workqueue(pm_wq);
	expects_seen("M-");
	assert_int_equal(atomic_read(&mmu->power.usage_count), 0);
	assert_int_equal(atomic_read(&other->power.usage_count), 0);
	assert_true(pm_runtime_suspended(user));
	failing = NULL;
}

static void links_have_rules(struct rig *rig)
{
	struct device *a = enables(rig, "dev-A"), *b = enables(rig, "dev-B");
	struct device_link *link;

	assert_null(device_link_add(a, a, 0));
	assert_null(device_link_add(a, b, DL_FLAG_STATELESS | DL_FLAG_AUTOREMOVE_CONSUMER));
	link = device_link_add(a, b, DL_FLAG_STATELESS | DL_FLAG_PM_RUNTIME | DL_FLAG_RPM_ACTIVE);
	assert_non_null(link);
	expects_seen("B+");
	assert_null(device_link_add(b, a, DL_FLAG_STATELESS));	/* a circle */
	assert_ptr_equal(device_link_add(a, b, DL_FLAG_STATELESS), link);
	device_link_del(link);
	flush_workqueue(pm_wq);
	expects_seen("");
	device_link_remove(a, b);
	flush_workqueue(pm_wq);
	expects_seen("B-");
	assert_non_null(device_link_add(b, a, DL_FLAG_AUTOREMOVE_CONSUMER));
	listens(rig);
	device_link_remove(b, a);
	expects_warning(rig, "managed device link");
	harness_unbind(b);
	assert_non_null(device_link_add(a, b, 0));
}

static void what_may_wait_is_done_by_a_worker(struct rig *rig)
{
	struct device *dev = enables(rig, "dev-A");
	DEFINE_MUTEX(m);

	assert_int_equal(pm_runtime_get(dev), 0);
	expects_seen("");
	harness_pass_time(rig->h, 1);
	expects_seen("A+");
	mutex_lock(&m);
	assert_int_equal(pm_runtime_put(dev), 0);
	usleep_range(5, 10);
	expects_seen("");		/* who holds a mutex is no worker */
	mutex_unlock(&m);
	expects_seen("A-");
	pm_runtime_get_sync(dev);
	pm_runtime_put(dev);
	pm_runtime_get_sync(dev);	/* before the worker came */
	flush_workqueue(pm_wq);
	expects_seen("A+");
	pm_runtime_put(dev);
	assert_int_equal(pm_runtime_barrier(dev), 0);
	flush_workqueue(pm_wq);
	expects_seen("");
	pm_runtime_put_noidle(dev);
	assert_int_equal(pm_runtime_suspend(dev), 0);
	expects_seen("A-");
}

static void autosuspend_waits_for_its_time(struct rig *rig)
{
	struct device *dev = enables(rig, "dev-A");

	pm_runtime_set_autosuspend_delay(dev, 50);
	pm_runtime_use_autosuspend(dev);
	pm_runtime_get_sync(dev);
	expects_seen("A+");
	harness_pass_time(rig->h, 40 * NSEC_PER_MSEC);
	pm_runtime_mark_last_busy(dev);
	pm_runtime_put_autosuspend(dev);
	harness_pass_time(rig->h, 40 * NSEC_PER_MSEC);
	expects_seen("");
	harness_pass_time(rig->h, 15 * NSEC_PER_MSEC);
	expects_seen("A-");
	pm_runtime_set_autosuspend_delay(dev, -1);
	expects_seen("A+");
	assert_int_equal(pm_runtime_suspend(dev), -EAGAIN);
	pm_runtime_dont_use_autosuspend(dev);
	expects_seen("A-");
}

static void a_driver_may_say_that_it_is_not_idle(struct rig *rig)
{
	struct device *dev = enables(rig, "dev-A");

	dev->driver = &asking;
	idle_answer = -EBUSY;
	pm_runtime_get_sync(dev);
	flush_workqueue(pm_wq);
	assert_int_equal(pm_runtime_put_sync(dev), -EBUSY);
	expects_seen("A+A?");
	idle_answer = 0;
	assert_int_equal(pm_runtime_idle(dev), 0);
	expects_seen("A?A-");
}

static void busy_may_be_asked_again_and_an_error_stays(struct rig *rig)
{
	struct device *dev = enables(rig, "dev-A");

	pm_runtime_get_sync(dev);
	failing = "A";
	suspend_error = -EBUSY;
	assert_int_equal(pm_runtime_put_sync(dev), -EBUSY);
	assert_true(pm_runtime_active(dev));
	suspend_error = -EIO;
	assert_int_equal(pm_runtime_suspend(dev), -EIO);
	failing = NULL;
	assert_int_equal(pm_runtime_suspend(dev), -EINVAL);
	pm_runtime_disable(dev);
	pm_runtime_set_active(dev);
	pm_runtime_enable(dev);
	assert_int_equal(pm_runtime_suspend(dev), 0);
	expects_seen("A+A-A-A-");
}

static void counts_may_depend_on_the_state(struct rig *rig)
{
	struct device *dev = enables(rig, "dev-A");

	assert_int_equal(pm_runtime_get_if_in_use(dev), 0);
	assert_int_equal(pm_runtime_get_if_active(dev), 0);
	pm_runtime_resume(dev);
	assert_int_equal(pm_runtime_get_if_in_use(dev), 0);
	assert_int_equal(pm_runtime_get_if_active(dev), 1);
	assert_int_equal(pm_runtime_get_if_in_use(dev), 1);
	assert_int_equal(atomic_read(&dev->power.usage_count), 2);
	pm_runtime_put_sync(dev);
	pm_runtime_put_sync(dev);
	expects_seen("A+A-");
}

static void a_device_in_use_comes_back_from_forced_sleep(struct rig *rig)
{
	struct device *used = enables(rig, "dev-A"), *unused = enables(rig, "dev-B");

	pm_runtime_get_noresume(used);		/* as the system's sleep does */
	pm_runtime_get_noresume(unused);
	pm_runtime_get_sync(used);
	pm_runtime_resume(unused);
	expects_seen("A+B+");
	assert_int_equal(pm_runtime_force_suspend(used), 0);
	assert_int_equal(pm_runtime_force_suspend(unused), 0);
	expects_seen("A-B-");
	assert_false(pm_runtime_enabled(used));
	assert_int_equal(pm_runtime_force_resume(used), 0);
	assert_int_equal(pm_runtime_force_resume(unused), 0);
	expects_seen("A+");
	assert_true(pm_runtime_suspended(unused));
	pm_runtime_put_noidle(used);
	pm_runtime_put_noidle(unused);
	pm_runtime_put_sync(used);
	expects_seen("A-");
}

static int waits_for_itself(struct device *dev)
{
	g_string_append_printf(seen, "%d", pm_runtime_get_sync(dev));
	pm_runtime_put_noidle(dev);
	return 0;
}

static void a_callback_that_waits_for_itself_is_said(struct rig *rig)
{
	static const struct dev_pm_ops ops = { RUNTIME_PM_OPS(NULL, waits_for_itself, NULL) };
	static struct device_driver driver = { .name = "loop", .pm = &ops };
	struct device *dev = enables(rig, "dev-A");

	dev->driver = &driver;
	listens(rig);
	assert_int_equal(pm_runtime_get_sync(dev), 0);
	expects_warning(rig, "waits for its own device");
	assert_int_equal(atoi(seen->str), -EDEADLK);
	pm_runtime_put_sync(dev);
}

static void a_driver_that_goes_leaves_it_suspended(struct rig *rig)
{
	struct device *dev = gets(rig, "dev-A");

	assert_int_equal(devm_pm_runtime_enable(dev), 0);
	pm_runtime_get_sync(dev);
	harness_unbind(dev);
	assert_false(pm_runtime_enabled(dev));
	assert_true(pm_runtime_status_suspended(dev));
}

static const struct rig_test tests[] = {
	TEST_ON(nothing_happens_until_it_is_enabled, 0, 0),
	TEST_ON(the_first_user_resumes_and_the_last_suspends, 0, 0),
	TEST_ON(a_put_too_many_is_said_and_not_counted, 0, 0),
	TEST_ON(one_enable_too_many_is_said, 0, 0),
	TEST_ON(parents_come_first_and_go_last, 0, 0),
	TEST_ON(a_parent_that_fails_leaves_the_child_as_it_was, 0, 0),
	TEST_ON(a_child_that_is_ignored_holds_nobody, 0, 0),
	TEST_ON(suppliers_come_first_and_go_last, 0, 0),
	TEST_ON(a_supplier_that_fails_is_let_go_with_the_others, 0, 0),
	TEST_ON(links_have_rules, 0, 0),
	TEST_ON(what_may_wait_is_done_by_a_worker, 0, 0),
	TEST_ON(autosuspend_waits_for_its_time, 0, 0),
	TEST_ON(a_driver_may_say_that_it_is_not_idle, 0, 0),
	TEST_ON(busy_may_be_asked_again_and_an_error_stays, 0, 0),
	TEST_ON(counts_may_depend_on_the_state, 0, 0),
	TEST_ON(a_device_in_use_comes_back_from_forced_sleep, 0, 0),
	TEST_ON(a_callback_that_waits_for_itself_is_said, 0, 0),
	TEST_ON(a_driver_that_goes_leaves_it_suspended, 0, 0),
};

int main(void)
{
	static const struct platform one = { .name = "a9-pl310", .board = "a9-pl310" };
	int ret;

	seen = g_string_new(NULL);
	ret = rig_run_on(&one, 1, tests, sizeof(tests) / sizeof(tests[0]));
	g_string_free(seen, TRUE);
	return ret;
}
