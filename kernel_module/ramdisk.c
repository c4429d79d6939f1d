// SPDX-License-Identifier: GPL-2.0-only
/*
 * ramdisk - a disk of memory: what a block driver must do, and nothing else.
 *
 * Idea: the block layer gathers, sorts and splits what file systems want, and
 * gives the driver requests: an operation, a first sector of 512 bytes, and a
 * list of pieces of memory. The driver moves the data and ends the request with
 * a status. A real one would start DMA here, and end it in the interrupt.
 *
 * Usage:
 *	insmod /ramdisk.ko size_kib=1024
 *	cat /sys/block/ramdisk0/size
 *	echo ahoj > /dev/ramdisk0
 *	head -c 5 /dev/ramdisk0
 *	rmmod ramdisk
 *
 * Expected:
 *	2048
 *	ahoj
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_BLOCK, CONFIG_DEVTMPFS
 * See: include/linux/blk-mq.h, Documentation/block/blk-mq.rst, rootfs_overlay/ramdisk.sh
 */
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/bvec.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

#define RAMDISK_KIB_MAX 65536U

static unsigned int size_kib = 4096;
module_param(size_kib, uint, 0444);
MODULE_PARM_DESC(size_kib, "size of the disk in KiB, 4 to 65536, 4096 unless given");

static unsigned long bad_sector = ULONG_MAX;
module_param(bad_sector, ulong, 0644);
MODULE_PARM_DESC(bad_sector, "reads and writes of this sector fail, none unless given");

static struct blk_mq_tag_set ramdisk_tags; /* a tag for each request under way */
static struct gendisk *ramdisk_gendisk;
static u8 *ramdisk_data;

static blk_status_t ramdisk_move(struct request *rq)
{
	u64 pos = (u64)blk_rq_pos(rq) << SECTOR_SHIFT;
	u64 size = (u64)size_kib * SZ_1K;
	sector_t bad = READ_ONCE(bad_sector); /* it can change any time */
	struct req_iterator iter;
	struct bio_vec piece;

	if (bad >= blk_rq_pos(rq) && bad - blk_rq_pos(rq) < blk_rq_sectors(rq))
		return BLK_STS_IOERR;
	/* The block layer knows the capacity; memory is worth a second look. */
	if (pos > size || blk_rq_bytes(rq) > size - pos)
		return BLK_STS_IOERR;

	rq_for_each_segment(piece, rq, iter) {
		switch (req_op(rq)) {
		case REQ_OP_READ:
			memcpy_to_bvec(&piece, ramdisk_data + pos);
			break;
		case REQ_OP_WRITE:
			memcpy_from_bvec(ramdisk_data + pos, &piece);
			break;
		default:
			return BLK_STS_NOTSUPP;
		}
		pos += piece.bv_len;
	}
	return BLK_STS_OK;
}

/* May be called with preemption off: it does not sleep. */
static blk_status_t ramdisk_queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
	blk_mq_start_request(bd->rq);
	blk_mq_end_request(bd->rq, ramdisk_move(bd->rq));
	return BLK_STS_OK; /* it was taken; how it went is said above */
}

static const struct blk_mq_ops ramdisk_mq_ops = {
	.queue_rq = ramdisk_queue_rq,
};

static const struct block_device_operations ramdisk_fops = {
	.owner = THIS_MODULE, /* who opens or mounts it keeps the module */
};

static struct gendisk *ramdisk_alloc_disk(void)
{
#if KERNEL_VERSION(6, 9, 0) <= LINUX_VERSION_CODE
	/* Limits of the device, none of ours, are an argument since 6.9. */
	return blk_mq_alloc_disk(&ramdisk_tags, NULL, NULL);
#else
	return blk_mq_alloc_disk(&ramdisk_tags, NULL);
#endif
}

static int __init ramdisk_init(void)
{
	int ret;

	if (size_kib < 4 || size_kib > RAMDISK_KIB_MAX)
		return -ERANGE;
	ramdisk_data = vzalloc(size_kib * SZ_1K);
	if (!ramdisk_data)
		return -ENOMEM;

	ret = blk_mq_alloc_sq_tag_set(&ramdisk_tags, &ramdisk_mq_ops, 32, 0);
	if (ret)
		goto out_data;
	ramdisk_gendisk = ramdisk_alloc_disk();
	if (IS_ERR(ramdisk_gendisk)) {
		ret = PTR_ERR(ramdisk_gendisk);
		goto out_tags;
	}
	/* No major number: the kernel takes one of those that it gives out. */
	snprintf(ramdisk_gendisk->disk_name, DISK_NAME_LEN, "ramdisk0");
	ramdisk_gendisk->fops = &ramdisk_fops;
	set_capacity(ramdisk_gendisk, size_kib * (SZ_1K >> SECTOR_SHIFT));
	ret = add_disk(ramdisk_gendisk); /* from here on there are requests */
	if (ret)
		goto out_disk;
	return 0;

out_disk:
	put_disk(ramdisk_gendisk);
out_tags:
	blk_mq_free_tag_set(&ramdisk_tags);
out_data:
	vfree(ramdisk_data);
	return ret;
}

static void __exit ramdisk_exit(void)
{
	del_gendisk(ramdisk_gendisk); /* waits for requests */
	put_disk(ramdisk_gendisk);
	blk_mq_free_tag_set(&ramdisk_tags);
	vfree(ramdisk_data);
}

module_init(ramdisk_init);
module_exit(ramdisk_exit);

MODULE_DESCRIPTION("A RAM disk, /dev/ramdisk0");
MODULE_LICENSE("GPL");
