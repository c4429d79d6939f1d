// SPDX-License-Identifier: GPL-2.0-only
/*
 * agent - run commands for the host, which asks over virtio-serial ports.
 *
 * Idea: a virtio-serial port is a character device whose other end is a socket
 * of the emulator. It tells when the host comes and goes: with nobody there
 * poll() gives POLLHUP at once, and each change raises SIGIO. So the agent
 * sleeps until it is needed.
 *
 * rootfs_overlay/etc/init.d/S11agent starts it: /agent.out &
 * It serves each of /dev/vport0p1 ... whose name is lkmc.agent.0, .1, ... with a
 * process, and ends at once in a machine without such a device.
 *
 * Protocol, version 1. What goes either way is a sequence of frames,
 *	END type length(2) data(length) END
 * where END and ESC inside are stuffed as in RFC 1055 (SLIP), and numbers have
 * their low byte first. A frame whose length is wrong was cut short: it is
 * dropped. Empty frames mean nothing. From the host:
 *	H nonce		begin a session; end whatever was there
 *	R flags(1) rows(2) columns(2) n(2) strings
 *			run a command: n arguments, then settings of its
 *			environment, each with a final NUL
 *	P mode(4) path	make a file of the input that follows
 *	i data, e	input of the command or file, and its end
 *	w rows(2) columns(2)	the terminal has another size
 *	s signal(1)	send a signal to the command's process group; what is
 *			left of it when the command ends is killed
 *	a stream(1) n(4)	n bytes of the stream have found their reader
 *	p		are you there?
 * and to the host:
 *	H version(1) length(1) nonce release	answer to H; uname -r
 *	o data, r data, k data	the streams 0, 1, 2: standard output, standard
 *			error, records of /dev/kmsg
 *	a n(4)		n bytes of the input were taken
 *	x status(1) signal(1)	the command has ended, the file is in place
 *	f text		the request failed
 *	p		answer to p
 * At most WINDOW bytes of a stream are under way that the other side has not
 * acknowledged, so the agent always reads, and a new session is never stuck
 * behind the input of an old one.
 *
 * Needs: CONFIG_VIRTIO_CONSOLE, CONFIG_NET (uevents), CONFIG_UNIX98_PTYS
 * See: drivers/char/virtio_console.c, lkmcgen/internal/guest
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define VERSION		1
#define PORTS		4
#define END		0xc0
#define ESC		0xdb
#define ESC_END		0xdc
#define ESC_ESC		0xdd
#define HEAD		3		/* type and length of a frame */
#define DATA		16384		/* most bytes of data in a frame */
#define WINDOW		131072
#define MAX_STRINGS	256
#define RUN_PTY		1
#define RUN_KMSG	2
#define CONTROL_D	4

enum { OUTPUT, ERRORS, KMSG, STREAMS };
static const char stream_type[STREAMS] = { 'o', 'r', 'k' };

/* Something that is read and passed on to the host. */
struct stream {
	int fd;			/* -1: closed */
	unsigned int credit;	/* bytes that the host still has room for */
	int left;		/* after the command's end: what is still read */
};

struct agent {
	int port;
	bool session;		/* the host has said hello */
	bool pinged;		/* it wants to know whether we live */

	unsigned char in[HEAD + DATA + 1];	/* the frame that is coming in */
	size_t in_len;
	bool in_escaped, in_bad;

	unsigned char out[2 * (HEAD + DATA) + 2];	/* the frame that goes out */
	size_t out_start, out_end;

	bool busy;		/* a request is being served */
	pid_t pid;		/* of the command, 0: it has ended */
	bool signalled;		/* the host sent it a signal */
	int status;		/* as of waitpid() */
	bool pty;
	struct stream streams[STREAMS];
	int turn;		/* the stream that is read first */

	int input;		/* the command's standard input, or the file */
	unsigned char ring[WINDOW];	/* input that waits for it */
	size_t ring_start, ring_len;
	bool input_ended;
	unsigned int taken;		/* input to be acknowledged */

	bool file;		/* the request is for a file */
	char path[DATA], temporary[DATA + 8];
	char failure[256];
};

static struct agent agent;

static unsigned int get(const unsigned char *p, int bytes)
{
	unsigned int n = 0;

	while (bytes--)
		n = n << 8 | p[bytes];
	return n;
}

static void put(unsigned char *p, unsigned int n, int bytes)
{
	for (; bytes--; n >>= 8)
		*p++ = n;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Frames to the host. Only one is under way: call these when idle() says so. */

static bool idle(struct agent *a)
{
	return a->out_start == a->out_end;
}

static void stuff(struct agent *a, const unsigned char *p, size_t len)
{
	unsigned char *out = a->out + a->out_end;

	for (; len--; p++) {
		if (*p == END) {
			*out++ = ESC;
			*out++ = ESC_END;
		} else if (*p == ESC) {
			*out++ = ESC;
			*out++ = ESC_ESC;
		} else {
			*out++ = *p;
		}
	}
	a->out_end = out - a->out;
}

static void flush(struct agent *a)
{
	ssize_t n;

	while (!idle(a)) {
		n = write(a->port, a->out + a->out_start, a->out_end - a->out_start);
		if (n < 0)
			return;	/* poll() tells when to go on */
		a->out_start += n;
	}
}

static void send_frame(struct agent *a, char type, const void *data, size_t len)
{
	unsigned char head[HEAD] = { type };

	put(head + 1, len, 2);
	a->out_start = 0;
	a->out_end = 0;
	a->out[a->out_end++] = END;
	stuff(a, head, sizeof(head));
	stuff(a, data, len);
	a->out[a->out_end++] = END;
	flush(a);
}

/* The end of a request. */

static void close_all(struct agent *a)
{
	int i;

	for (i = 0; i < STREAMS; i++)
		close_fd(&a->streams[i].fd);
	close_fd(&a->input);
}

/* A command that cannot be killed, since the kernel hangs, is left alone. */
static void end_request(struct agent *a)
{
	if (a->pid) {
		kill(-a->pid, SIGKILL);
		kill(a->pid, SIGKILL);	/* not yet a group of its own */
	}
	if (a->file && a->temporary[0])
		unlink(a->temporary);
	close_all(a);
	a->busy = false;
	a->file = false;
	a->pid = 0;
	a->ring_start = 0;
	a->ring_len = 0;
	a->taken = 0;
	a->failure[0] = '\0';
	a->temporary[0] = '\0';
}

static void end_session(struct agent *a)
{
	end_request(a);
	a->session = false;
	a->pinged = false;
	a->out_start = 0;
	a->out_end = 0;
}

/* fail ends a request; the text is sent when a frame can be. */
static void fail(struct agent *a, const char *what)
{
	char text[sizeof(a->failure)];

	snprintf(text, sizeof(text), "%s: %s", what, strerror(errno));
	end_request(a);
	a->busy = true;
	memcpy(a->failure, text, sizeof(text));
}

/* Files. */

static void make_parents(char *path)
{
	char *slash;

	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);	/* open() tells what is wrong */
		*slash = '/';
	}
}

static void begin_file(struct agent *a, const unsigned char *p, size_t len)
{
	size_t path = len - 4;

	if (len < 5 || path >= sizeof(a->path)) {
		errno = EINVAL;
		fail(a, "put");
		return;
	}
	memcpy(a->path, p + 4, path);
	a->path[path] = '\0';
	make_parents(a->path);
	snprintf(a->temporary, sizeof(a->temporary), "%s.part", a->path);
	a->input = open(a->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (a->input < 0 || fchmod(a->input, get(p, 4) & 07777)) {
		fail(a, a->path);
		return;
	}
	a->file = true;
}

static void end_file(struct agent *a)
{
	int fd = a->input;

	a->input = -1;
	if (close(fd) || rename(a->temporary, a->path)) {
		fail(a, a->path);
		return;
	}
	a->temporary[0] = '\0';
	a->status = 0;
}

/* Commands. */

static void set_size(int fd, const unsigned char *p)
{
	struct winsize size = { .ws_row = get(p, 2), .ws_col = get(p + 2, 2) };

	ioctl(fd, TIOCSWINSZ, &size);
}

static int open_pty(const unsigned char *size, int *slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	const char *name;

	if (master < 0)
		return -1;
	name = unlockpt(master) ? NULL : ptsname(master);
	*slave = name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
	if (*slave < 0) {
		close(master);
		return -1;
	}
	set_size(master, size);
	return master;
}

/* When memory runs out the agent is not the one to go. */
static void spare(const char *how)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (write(fd, how, strlen(how)) < 0)
		errno = 0;	/* it would do no harm to go on */
	close_fd(&fd);
}

static noreturn void run_child(int fds[3], bool pty, char **argv, char **env)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t none;
	int i;

	setsid();
	for (i = 0; i < 3; i++)
		dup2(fds[i], i);
	if (pty)
		ioctl(0, TIOCSCTTY, 0);
	/* An & of the shell that started us has made some be ignored. */
	for (i = 1; i < NSIG; i++)
		sigaction(i, &plain, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	spare("0");
	for (; *env; env++)
		putenv(*env);
	execvp(argv[0], argv);
	fprintf(stderr, "agent: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* open_pipes sets the child's three files, and ours in a. */
static int open_files(struct agent *a, const unsigned char *size, int child[3])
{
	int p[2], i;

	if (a->pty) {
		a->input = open_pty(size, &child[0]);
		if (a->input < 0)
			return -1;
		a->streams[OUTPUT].fd = dup(a->input);
		child[1] = dup(child[0]);
		child[2] = dup(child[0]);
	} else {
		if (pipe2(p, O_CLOEXEC))
			return -1;
		child[0] = p[0];
		a->input = p[1];
		for (i = OUTPUT; i <= ERRORS; i++) {
			if (pipe2(p, O_CLOEXEC))
				return -1;
			a->streams[i].fd = p[0];
			child[i + 1] = p[1];
			fcntl(p[0], F_SETFL, O_NONBLOCK);
		}
	}
	fcntl(a->input, F_SETFL, O_NONBLOCK);
	return 0;
}

/* split makes a list of the strings in len bytes; NULL when there is no room. */
static char **split(char *text, size_t len, char **list)
{
	size_t n = 0, at;

	for (at = 0; at < len; at += strlen(text + at) + 1) {
		if (n == MAX_STRINGS)
			return NULL;
		list[n++] = text + at;
	}
	list[n] = NULL;
	return list;
}

static void begin_run(struct agent *a, const unsigned char *p, size_t len)
{
	char *strings[MAX_STRINGS + 1], *argv[MAX_STRINGS + 1];
	int child[3] = { -1, -1, -1 };
	size_t count, i;

	count = len > 7 ? get(p + 5, 2) : 0;
	/* The buffer has room for one more NUL, see receive(). */
	if (!count || !split((char *)p + 7, len - 7, strings))
		goto out_invalid;
	for (i = 0; i < count; i++) {
		if (!strings[i])
			goto out_invalid;
		argv[i] = strings[i];
	}
	argv[count] = NULL;

	a->pty = p[0] & RUN_PTY;
	if (p[0] & RUN_KMSG) {
		a->streams[KMSG].fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		lseek(a->streams[KMSG].fd, 0, SEEK_END);
	}
	if (open_files(a, p + 1, child)) {
		fail(a, "open");
		goto out_close;
	}
	fflush(NULL);
	a->pid = fork();
	if (!a->pid)
		run_child(child, a->pty, argv, strings + count);
	if (a->pid < 0) {
		a->pid = 0;
		fail(a, "fork");
	}
out_close:
	for (i = 0; i < 3; i++)
		close_fd(&child[i]);
	return;
out_invalid:
	errno = EINVAL;
	fail(a, "run");
}

/* Input of the command or the file. */

static void take_input(struct agent *a, const unsigned char *p, size_t len)
{
	size_t at, n;

	if (len > sizeof(a->ring) - a->ring_len) {
		errno = ENOBUFS;
		fail(a, "input");
		return;
	}
	while (len) {
		at = (a->ring_start + a->ring_len) % sizeof(a->ring);
		n = sizeof(a->ring) - at < len ? sizeof(a->ring) - at : len;
		memcpy(a->ring + at, p, n);
		a->ring_len += n;
		p += n;
		len -= n;
	}
}

static void drop_input(struct agent *a, size_t n)
{
	a->ring_start = (a->ring_start + n) % sizeof(a->ring);
	a->ring_len -= n;
	a->taken += n;
}

static void write_input(struct agent *a)
{
	size_t part = sizeof(a->ring) - a->ring_start;
	ssize_t n;

	if (part > a->ring_len)
		part = a->ring_len;
	n = write(a->input, a->ring + a->ring_start, part);
	if (n >= 0) {
		drop_input(a, n);
	} else if (errno != EAGAIN && errno != EINTR) {
		if (a->file)
			fail(a, a->path);
		else	/* nobody reads it */
			close_fd(&a->input);
	}
}

/* work_input does what can be done for the input without waiting. */
static void work_input(struct agent *a)
{
	if (a->input < 0)
		drop_input(a, a->ring_len);
	if (!a->input_ended || a->ring_len || a->input < 0)
		return;
	if (a->file) {
		end_file(a);
	} else if (a->pty) {
		/* A terminal does not end; this is what one types. */
		a->input_ended = false;
		a->ring[a->ring_start] = CONTROL_D;
		a->ring_len = 1;
	} else {
		close_fd(&a->input);
	}
}

/* Output of the command. */

static void read_stream(struct agent *a, int i)
{
	struct stream *s = &a->streams[i];
	unsigned char data[DATA];
	size_t room = sizeof(data);
	ssize_t n;

	if (i != KMSG) {
		if (room > s->credit)
			room = s->credit;
		if (!a->pid && room > (size_t)s->left)
			room = s->left;
	}
	n = room ? read(s->fd, data, room) : 0;
	if (n < 0 && (errno == EINTR || (i == KMSG && errno == EPIPE)))
		return;		/* EPIPE: records were overwritten unread */
	if (n < 0 && errno == EAGAIN && a->pid)
		return;
	if (n <= 0) {
		close_fd(&s->fd);
		return;
	}
	s->credit -= (size_t)n < s->credit ? (size_t)n : s->credit;
	if (!a->pid)
		s->left -= n;
	send_frame(a, stream_type[i], data, n);
}

static bool wanted(struct agent *a, int i)
{
	return a->streams[i].fd >= 0 && a->streams[i].credit && idle(a);
}

/* The command has ended; what it wrote is in the pipes. A process that it left
 * behind may hold them open for ever: read no more than is there now.
 */
static void command_ended(struct agent *a, int status)
{
	int i;

	/* In the background a shell's children ignore Ctrl-C. */
	if (a->signalled)
		kill(-a->pid, SIGKILL);
	a->pid = 0;
	a->status = status;
	for (i = OUTPUT; i <= ERRORS; i++)
		if (a->pty || ioctl(a->streams[i].fd, FIONREAD, &a->streams[i].left))
			a->streams[i].left = WINDOW;
}

static void reap(struct agent *a)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == a->pid)
			command_ended(a, status);
}

/* work does what waits for the way to the host to be free. */
static void work(struct agent *a)
{
	unsigned char data[4];
	int i;

	reap(a);
	if (!a->session)
		return;
	if (a->busy && !a->failure[0])
		work_input(a);
	if (a->pinged && idle(a)) {
		a->pinged = false;
		send_frame(a, 'p', NULL, 0);
	}
	if (a->taken && idle(a)) {
		put(data, a->taken, 4);
		a->taken = 0;
		send_frame(a, 'a', data, 4);
	}
	if (a->busy && idle(a) && a->failure[0]) {
		send_frame(a, 'f', a->failure, strlen(a->failure));
		end_request(a);
	}
	if (!a->busy || a->pid || (a->file && a->temporary[0]))
		return;
	for (i = 0; i < STREAMS; i++)
		while (wanted(a, i))
			read_stream(a, i);
	if (a->streams[OUTPUT].fd >= 0 || a->streams[ERRORS].fd >= 0 ||
	    a->streams[KMSG].fd >= 0 || !idle(a))
		return;
	data[0] = WIFEXITED(a->status) ? WEXITSTATUS(a->status) : 0;
	data[1] = WIFSIGNALED(a->status) ? WTERMSIG(a->status) : 0;
	send_frame(a, 'x', data, 2);
	/* What runs on in the background is not killed. */
	end_request(a);
}

/* Frames from the host. */

static void begin_session(struct agent *a, const unsigned char *p, size_t len)
{
	unsigned char hello[2 + DATA];
	struct utsname u;
	size_t release;

	end_session(a);
	a->session = true;
	if (len > 64 || uname(&u))
		return;
	release = strlen(u.release);
	hello[0] = VERSION;
	hello[1] = len;
	memcpy(hello + 2, p, len);
	memcpy(hello + 2 + len, u.release, release);
	send_frame(a, 'H', hello, 2 + len + release);
}

static void begin_request(struct agent *a, char type, const unsigned char *p, size_t len)
{
	int i;

	end_request(a);
	for (i = 0; i < STREAMS; i++)
		a->streams[i].credit = WINDOW;
	a->busy = true;
	a->pty = false;
	a->signalled = false;
	a->input_ended = false;
	if (type == 'R')
		begin_run(a, p, len);
	else
		begin_file(a, p, len);
}

static void handle(struct agent *a, char type, const unsigned char *p, size_t len)
{
	if (type == 'H')
		begin_session(a, p, len);
	if (!a->session)
		return;
	if (type == 'p')
		a->pinged = true;
	if (type == 'R' || type == 'P')
		begin_request(a, type, p, len);
	if (!a->busy || a->failure[0])
		return;
	if (type == 'i')
		take_input(a, p, len);
	else if (type == 'e')
		a->input_ended = true;
	else if (type == 'w' && len == 4 && a->pty)
		set_size(a->streams[OUTPUT].fd, p);
	else if (type == 's' && len == 1 && a->pid)
		a->signalled = !kill(-a->pid, p[0]);
	else if (type == 'a' && len == 5 && p[0] < STREAMS)
		a->streams[p[0]].credit += get(p + 1, 4);
}

static void receive(struct agent *a, unsigned char c)
{
	if (c == END) {
		if (a->in_len >= HEAD && !a->in_bad && !a->in_escaped &&
		    a->in_len - HEAD == get(a->in + 1, 2))
			handle(a, a->in[0], a->in + HEAD, a->in_len - HEAD);
		a->in_len = 0;
		a->in_bad = false;
		a->in_escaped = false;
		return;
	}
	if (a->in_escaped) {
		a->in_bad |= c != ESC_END && c != ESC_ESC;
		c = c == ESC_END ? END : ESC;
		a->in_escaped = false;
	} else if (c == ESC) {
		a->in_escaped = true;
		return;
	}
	/* The last byte stays free: strings in a frame end at latest there. */
	if (a->in_len == sizeof(a->in) - 1)
		a->in_bad = true;
	else
		a->in[a->in_len++] = c;
	a->in[a->in_len] = '\0';
}

/* Waiting. */

static bool host_away(int port)
{
	struct pollfd p = { .fd = port };

	return poll(&p, 1, 0) > 0 && (p.revents & POLLHUP);
}

/* wait_host returns when a host is there. SIGIO is raised for each byte as well,
 * so it is asked for only here.
 */
static void wait_host(int port, const sigset_t *open)
{
	int flags = fcntl(port, F_GETFL);

	fcntl(port, F_SETOWN, getpid());
	fcntl(port, F_SETFL, flags | O_ASYNC);
	while (host_away(port)) {
		ppoll(NULL, 0, NULL, open);
		reap(&agent);
	}
	fcntl(port, F_SETFL, flags);
}

static void read_port(struct agent *a)
{
	unsigned char data[4096];
	ssize_t n, i;

	n = read(a->port, data, sizeof(data));
	if (n < 0 && errno == ENODEV) {
		end_session(a);
		exit(EXIT_FAILURE);
	}
	for (i = 0; i < n; i++)
		receive(a, data[i]);
}

static void step(struct agent *a, const sigset_t *open)
{
	struct pollfd p[2 + STREAMS];
	int i, n;

	work(a);
	p[0] = (struct pollfd){ .fd = a->port, .events = POLLIN | (idle(a) ? 0 : POLLOUT) };
	p[1] = (struct pollfd){ .fd = a->ring_len ? a->input : -1, .events = POLLOUT };
	for (i = 0; i < STREAMS; i++)
		p[2 + i] = (struct pollfd){
			.fd = wanted(a, i) ? a->streams[i].fd : -1,
			.events = POLLIN
		};
	if (ppoll(p, 2 + STREAMS, NULL, open) < 0)
		return;
	if (p[0].revents & POLLHUP) {
		/* That one host went and another came can be told after the
		 * other's hello: look twice.
		 */
		if (a->busy)
			usleep(20000);
		if (host_away(a->port)) {
			if (a->busy)
				end_session(a);
			wait_host(a->port, open);
		}
		return;
	}
	flush(a);
	if (p[0].revents & POLLIN)
		read_port(a);
	if (p[1].revents && a->input >= 0 && a->ring_len)
		write_input(a);
	for (n = 0; n < STREAMS; n++) {
		i = (a->turn + n) % STREAMS;
		if (!p[2 + i].revents || !wanted(a, i))
			continue;
		read_stream(a, i);
		a->turn = i + 1;
	}
}

/* A signal only ends a ppoll(). */
static void on_signal(int number)
{
	(void)number;
}

static void block_signals(sigset_t *open)
{
	struct sigaction noted = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigaddset(&blocked, SIGIO);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	sigemptyset(open);
	sigaction(SIGCHLD, &noted, NULL);
	sigaction(SIGIO, &noted, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static noreturn void serve(const char *device, const sigset_t *open_signals)
{
	struct agent *a = &agent;
	int i;

	a->port = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (a->port < 0) {
		fprintf(stderr, "agent: %s: %s\n", device, strerror(errno));
		exit(EXIT_FAILURE);
	}
	a->input = -1;
	for (i = 0; i < STREAMS; i++)
		a->streams[i].fd = -1;
	spare("-1000");
	/* To a host that spoke with an agent before this one. */
	send_frame(a, 'f', "the agent was started anew", 26);
	for (;;)
		step(a, open_signals);
}

/* The first process: one child for each port, as ports appear. */

static pid_t children[PORTS];

static void scan(int uevents, const sigset_t *open_signals)
{
	const char *ports = "/sys/class/virtio-ports";
	char name[512], text[64];
	struct dirent *e;
	unsigned int n;
	DIR *dir = opendir(ports);
	FILE *f;

	while (dir && (e = readdir(dir))) {
		snprintf(name, sizeof(name), "%s/%s/name", ports, e->d_name);
		f = fopen(name, "re");
		if (!f)
			continue;
		if (fgets(text, sizeof(text), f) && sscanf(text, "lkmc.agent.%u", &n) == 1 &&
		    n < PORTS && children[n] <= 0) {
			snprintf(name, sizeof(name), "/dev/%s", e->d_name);
			children[n] = fork();
			if (!children[n]) {
				close_fd(&uevents);
				serve(name, open_signals);
			}
		}
		fclose(f);
	}
	if (dir)
		closedir(dir);
}

/* has_device: is there a virtio console, with or without its driver? */
static bool has_device(void)
{
	const char *devices = "/sys/bus/virtio/devices";
	char name[512];
	struct dirent *e;
	unsigned int id;
	bool found = false;
	DIR *dir = opendir(devices);
	FILE *f;

	while (dir && !found && (e = readdir(dir))) {
		snprintf(name, sizeof(name), "%s/%s/device", devices, e->d_name);
		f = fopen(name, "re");
		if (!f)
			continue;
		found = fscanf(f, "%x", &id) == 1 && id == 3;
		fclose(f);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void load_driver(void)
{
	pid_t pid;

	if (!access("/sys/class/virtio-ports", F_OK))
		return;
	pid = fork();
	if (!pid) {
		execlp("modprobe", "modprobe", "-q", "virtio_console", NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static int listen_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)))
		close_fd(&fd);
	return fd;
}

int main(void)
{
	struct pollfd uevents = { .events = POLLIN };
	char event[4096];
	sigset_t open;
	pid_t pid;
	int i;

	if (!has_device())
		return EXIT_SUCCESS;
	setsid();
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin:/", 1);
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 1);
	setenv("LOGNAME", "root", 1);
	setenv("SHELL", "/bin/sh", 1);
	if (chdir("/"))
		return EXIT_FAILURE;
	uevents.fd = listen_uevents();
	load_driver();
	block_signals(&open);
	for (;;) {
		scan(uevents.fd, &open);
		if (ppoll(&uevents, 1, NULL, &open) > 0)
			while (recv(uevents.fd, event, sizeof(event), 0) > 0)
				;
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
			for (i = 0; i < PORTS; i++)
				if (children[i] == pid)
					children[i] = 0;
			sleep(1);	/* no port is fought for */
		}
	}
}
