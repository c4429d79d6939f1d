// SPDX-License-Identifier: Apache-2.0

package guest

import "sync"

// window is how many bytes of a stream can be under way: sent, and not yet
// acknowledged by the one who reads them.
const window = 131072

// A credit is the number of bytes that the other side still takes.
type credit struct {
	sync.Mutex
	more   *sync.Cond
	bytes  int
	closed bool
}

func newCredit() *credit {
	c := &credit{bytes: window}
	c.more = sync.NewCond(c)
	return c
}

// wait returns how many bytes can be sent, at least 1, or 0 at the end.
func (c *credit) wait() int {
	c.Lock()
	defer c.Unlock()
	for c.bytes <= 0 && !c.closed {
		c.more.Wait()
	}
	if c.closed {
		return 0
	}
	return c.bytes
}

func (c *credit) add(n int) {
	c.Lock()
	defer c.Unlock()
	c.bytes += n
	c.more.Signal()
}

func (c *credit) close() {
	c.Lock()
	defer c.Unlock()
	c.closed = true
	c.more.Signal()
}

// A queue holds what came for a stream until it is written. It never makes the
// one who puts wait; the window bounds what is in it.
type queue struct {
	sync.Mutex
	more   *sync.Cond
	chunks [][]byte
	closed bool
}

func newQueue() *queue {
	q := &queue{}
	q.more = sync.NewCond(q)
	return q
}

func (q *queue) put(data []byte) {
	q.Lock()
	defer q.Unlock()
	q.chunks = append(q.chunks, data)
	q.more.Signal()
}

// take waits for the next chunk; it returns nil at the end.
func (q *queue) take() []byte {
	q.Lock()
	defer q.Unlock()
	for len(q.chunks) == 0 && !q.closed {
		q.more.Wait()
	}
	if len(q.chunks) == 0 {
		return nil
	}
	data := q.chunks[0]
	q.chunks = q.chunks[1:]
	return data
}

func (q *queue) close() {
	q.Lock()
	defer q.Unlock()
	q.closed = true
	q.more.Signal()
}
