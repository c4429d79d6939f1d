// SPDX-License-Identifier: GPL-2.0-only
/*
 * net - a network card whose cable leads to a host that answers every ping.
 *
 * Idea: to send, the network stack gives a packet to ndo_start_xmit(); to
 * receive, the driver gives one to the stack. This driver makes the one into the
 * other: it turns an echo request into the answer, by exchanging the addresses,
 * and receives it. Every address of its network is somebody who answers.
 *
 * Usage:
 *	insmod /net.ko
 *	ip addr add 198.51.100.1/24 dev net0
 *	ip link set net0 up
 *	ping -c 1 198.51.100.77
 *	rmmod net
 *
 * Expected:
 *	PING 198.51.100.77 (198.51.100.77): 56 data bytes
 *	64 bytes from 198.51.100.77: seq=0 ttl=64 time=... ms
 *	...
 *	--- 198.51.100.77 ping statistics ---
 *	1 packets transmitted, 1 packets received, 0% packet loss
 *	round-trip min/avg/max = ... ms
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_INET, CONFIG_NETDEVICES
 * See: include/linux/netdevice.h, Documentation/networking/netdevices.rst, rootfs_overlay/net.sh
 */
#include <linux/errno.h>
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/if_ether.h>
#include <linux/init.h>
#include <linux/ip.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/checksum.h>
#include <net/ip.h>

static struct net_device *net_device;

/* Makes an echo request into its answer; false if it is something else. */
static bool net_answer(struct sk_buff *skb)
{
	unsigned int offset = ETH_HLEN;
	struct icmphdr *icmp;
	struct iphdr *ip;

	if (skb->protocol != htons(ETH_P_IP))
		return false;
	/* Never look at bytes that may not be there, or be in other pages, */
	if (!pskb_may_pull(skb, offset + sizeof(*ip)))
		return false;
	ip = (struct iphdr *)(skb->data + offset);
	if (ip->ihl < 5 || ip->protocol != IPPROTO_ICMP || ip_is_fragment(ip))
		return false;
	offset += ip->ihl * 4;
	/* nor write to bytes that others read, such as tcpdump. */
	if (skb_ensure_writable(skb, offset + sizeof(*icmp)))
		return false;
	ip = (struct iphdr *)(skb->data + ETH_HLEN); /* it may have moved */
	icmp = (struct icmphdr *)(skb->data + offset);
	if (icmp->type != ICMP_ECHO)
		return false;

	/* The sum over both addresses stays as it is, that over the type does not. */
	swap(ip->saddr, ip->daddr);
	icmp->type = ICMP_ECHOREPLY;
	csum_replace2(&icmp->checksum, htons(ICMP_ECHO << 8), htons(ICMP_ECHOREPLY << 8));
	return true;
}

/* One CPU at a time is here, so the counters need no lock. It owns the packet. */
static netdev_tx_t net_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	unsigned int len = skb->len;

	if (!net_answer(skb)) {
		dev->stats.tx_dropped++;
		dev_kfree_skb(skb);
		return NETDEV_TX_OK; /* lost on the way, as networks do */
	}
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += len;
	/* Forgets whose packet it was, and receives it as if it came by cable. */
	if (dev_forward_skb(dev, skb) == NET_RX_SUCCESS) {
		dev->stats.rx_packets++;
		dev->stats.rx_bytes += len;
	} else {
		dev->stats.rx_dropped++;
	}
	return NETDEV_TX_OK;
}

static const struct net_device_ops net_ops = {
	.ndo_start_xmit = net_start_xmit,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_set_mac_address = eth_mac_addr,
};

static void net_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &net_ops;
	dev->flags |= IFF_NOARP; /* nobody to ask for hardware addresses */
	dev->flags &= ~IFF_MULTICAST;
	eth_hw_addr_random(dev);
}

static int __init net_init(void)
{
	int ret;

	net_device = alloc_netdev(0, "net%d", NET_NAME_ENUM, net_setup);
	if (!net_device)
		return -ENOMEM;
	ret = register_netdev(net_device);
	if (ret)
		free_netdev(net_device);
	return ret;
}

static void __exit net_exit(void)
{
	unregister_netdev(net_device); /* takes it down; no packet is under way then */
	free_netdev(net_device);
}

module_init(net_init);
module_exit(net_exit);

MODULE_DESCRIPTION("A network device where every address answers a ping");
MODULE_LICENSE("GPL");
