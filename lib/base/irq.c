/* SPDX-License-Identifier: MIT */
/* Interrupts that go with their driver. Linux: kernel/irq/devres.c. */
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/interrupt.h>

struct irq_devres {
	unsigned int irq;
	void *dev_id;
};

static void release(struct device *dev, void *res)
{
	const struct irq_devres *this = res;

	free_irq(this->irq, this->dev_id);
}

static int matches(struct device *dev, void *res, void *data)
{
	const struct irq_devres *this = res, *asked = data;

	return this->irq == asked->irq && this->dev_id == asked->dev_id;
}

int devm_request_threaded_irq(struct device *dev, unsigned int irq, irq_handler_t handler,
			      irq_handler_t thread_fn, unsigned long irqflags,
			      const char *devname, void *dev_id)
{
	struct irq_devres *dr = devres_alloc(release, sizeof(*dr), GFP_KERNEL);
	int err;

	if (!dr)
		return -ENOMEM;
	err = request_threaded_irq(irq, handler, thread_fn, irqflags,
				   devname ? devname : dev_name(dev), dev_id);
	if (err) {
		devres_free(dr);
		return err;
	}
	*dr = (struct irq_devres){ irq, dev_id };
	devres_add(dev, dr);
	return 0;
}

void devm_free_irq(struct device *dev, unsigned int irq, void *dev_id)
{
	struct irq_devres asked = { irq, dev_id };

	WARN_ON(devres_destroy(dev, release, matches, &asked));
	free_irq(irq, dev_id);
}
