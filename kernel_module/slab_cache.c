// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_cache - a store of objects of one kind, ready to use.
 *
 * Idea: kmalloc() rounds sizes up, and who looks at memory sees no names. With a
 * cache of its own a kind of object is packed tightly, can be seen in
 * /sys/kernel/slab, and may have a constructor: that runs when memory for more
 * objects comes, not at each allocation. In return objects must be given back in
 * the state that the constructor left.
 *
 * Usage:
 *	insmod /slab_cache.ko
 *	cat /sys/kernel/slab/slab_cache/object_size
 *	cat /sys/kernel/slab/slab_cache/ctor
 *	rmmod slab_cache
 *	ls /sys/kernel/slab/slab_cache
 *
 * Expected:
 *	slab_cache: 100 objects: constructed before, and apart
 *	slab_cache: the next one was not constructed again
 *	24
 *	slab_cache_construct...
 *	ls: /sys/kernel/slab/slab_cache: No such file or directory
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, /sys/kernel/slab
 * See: include/linux/slab.h, Documentation/core-api/memory-allocation.rst
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/types.h>

#define SLAB_CACHE_MAGIC 0x736c6162 /* "slab" */
#define SLAB_CACHE_OBJECTS 100

struct slab_cache_object {
	u32 magic; /* put there by the constructor, never changed */
	u32 number; /* 0 whenever the object is given back */
	u32 data[4];
};

static struct kmem_cache *slab_cache;
static struct slab_cache_object *slab_cache_objects[SLAB_CACHE_OBJECTS];
static atomic_t slab_cache_constructed = ATOMIC_INIT(0);

/* Must not sleep, and cannot fail. */
static void slab_cache_construct(void *memory)
{
	struct slab_cache_object *object = memory;

	object->magic = SLAB_CACHE_MAGIC;
	object->number = 0;
	atomic_inc(&slab_cache_constructed);
}

static void slab_cache_give_back(struct slab_cache_object *object)
{
	if (!object)
		return;
	object->number = 0;
	kmem_cache_free(slab_cache, object);
}

/* Gives 0 when all objects were as the constructor made them. */
static int slab_cache_fill(void)
{
	struct slab_cache_object *object;
	int i;

	for (i = 0; i < SLAB_CACHE_OBJECTS; i++) {
		object = kmem_cache_alloc(slab_cache, GFP_KERNEL);
		if (!object)
			return -ENOMEM;
		slab_cache_objects[i] = object;
		if (object->magic != SLAB_CACHE_MAGIC || object->number)
			return -EIO;
		object->number = i + 1;
	}
	for (i = 0; i < SLAB_CACHE_OBJECTS; i++)
		if (slab_cache_objects[i]->number != i + 1)
			return -EIO;
	return 0;
}

static void slab_cache_empty(void)
{
	int i;

	for (i = 0; i < SLAB_CACHE_OBJECTS; i++)
		slab_cache_give_back(slab_cache_objects[i]);
}

static int __init slab_cache_init(void)
{
	int before, ret;

	slab_cache = kmem_cache_create("slab_cache", sizeof(struct slab_cache_object), 0, 0,
				       slab_cache_construct);
	if (!slab_cache)
		return -ENOMEM;

	ret = slab_cache_fill();
	if (ret)
		goto out_cache;
	pr_info("%d objects: constructed before, and apart\n", SLAB_CACHE_OBJECTS);

	/* What is given back is what comes next: it may still be in the CPU's cache. */
	before = atomic_read(&slab_cache_constructed);
	slab_cache_give_back(slab_cache_objects[0]);
	slab_cache_objects[0] = kmem_cache_alloc(slab_cache, GFP_KERNEL);
	if (!slab_cache_objects[0]) {
		ret = -ENOMEM;
		goto out_cache;
	}
	pr_info("the next one was %sconstructed again\n",
		atomic_read(&slab_cache_constructed) == before ? "not " : "");
	return 0;

out_cache:
	slab_cache_empty();
	kmem_cache_destroy(slab_cache);
	return ret;
}

static void __exit slab_cache_exit(void)
{
	/* A cache that still has objects out there would not go. */
	slab_cache_empty();
	kmem_cache_destroy(slab_cache);
}

module_init(slab_cache_init);
module_exit(slab_cache_exit);

MODULE_DESCRIPTION("A kmem_cache with a constructor");
MODULE_LICENSE("GPL");
