// SPDX-License-Identifier: GPL-2.0-only
/*
 * gpio_led - a light on a line of a GPIO chip, as the file of a board would say it.
 *
 * Idea: the driver leds-gpio makes a light in /sys/class/leds of a line that is
 * switched; which line, it does not know. A device tree would say so, or, as here, C
 * that only registers: a device by whose name the driver is found, and a table that
 * gives this device the line of a chip. The machine virt of QEMU has a chip PL061 with
 * eight lines, of which only the power button is wired: what the others do can be
 * seen in the chip's registers, from outside by the emulator's monitor.
 *
 * Usage:
 *	modprobe leds-gpio
 *	insmod /gpio_led.ko
 *	echo 1 >/sys/class/leds/lkmc/brightness
 *	grep lkmc /sys/kernel/debug/gpio
 *	rmmod gpio_led
 *
 * Expected:
 *	gpio_led: line 0 of 9030000.pl061 has a light
 *	 gpio-...|lkmc ...out hi...
 *	gpio_led: the line is free again
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_GPIO_PL061, CONFIG_LEDS_GPIO,
 *	CONFIG_DEBUG_FS, /sys/bus/amba/devices/9030000.pl061
 * See: Documentation/driver-api/gpio/board.rst, Documentation/leds/leds-class.rst,
 *	drivers/leds/leds-gpio.c, rootfs_overlay/gpio_led.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/gpio/machine.h>
#include <linux/leds.h>
#include <linux/module.h>
#include <linux/platform_device.h>

static char *chip = "9030000.pl061";
module_param(chip, charp, 0444);
MODULE_PARM_DESC(chip, "the chip's label, as in /sys/kernel/debug/gpio");

static ushort line;
module_param(line, ushort, 0444);
MODULE_PARM_DESC(line, "which of its lines");

static const struct gpio_led gpio_led_light = { .name = "lkmc" };

static const struct gpio_led_platform_data gpio_led_lights = {
	.num_leds = 1,
	.leds = &gpio_led_light,
};

/* The empty line ends the table. */
static struct gpiod_lookup_table gpio_led_lines = {
	.dev_id = "leds-gpio",
	.table = { GPIO_LOOKUP_IDX("", 0, NULL, 0, GPIO_ACTIVE_HIGH), { } },
};

static struct platform_device *gpio_led_device;

static int __init gpio_led_init(void)
{
	gpio_led_lines.table[0].key = chip;
	gpio_led_lines.table[0].chip_hwnum = line;
	gpiod_add_lookup_table(&gpio_led_lines);

	gpio_led_device = platform_device_register_data(NULL, "leds-gpio", PLATFORM_DEVID_NONE,
							&gpio_led_lights, sizeof(gpio_led_lights));
	if (IS_ERR(gpio_led_device)) {
		gpiod_remove_lookup_table(&gpio_led_lines);
		return PTR_ERR(gpio_led_device);
	}
	/* Without the driver it is told later, when that comes; without the chip never. */
	if (gpio_led_device->dev.driver)
		pr_info("line %u of %s has a light\n", line, chip);
	else
		pr_info("no driver yet for line %u of %s\n", line, chip);
	return 0;
}

static void __exit gpio_led_exit(void)
{
	platform_device_unregister(gpio_led_device);
	gpiod_remove_lookup_table(&gpio_led_lines);
	pr_info("the line is free again\n");
}

module_init(gpio_led_init);
module_exit(gpio_led_exit);

MODULE_DESCRIPTION("A light on a line of a GPIO chip");
MODULE_LICENSE("GPL");
