/* What the files of this atom share. A verb gets what stands behind it, and answers the request. */
#ifndef VERBS_H
#define VERBS_H

#include <radon.h>

typedef void (*verb)(radon_view rest);

/* Replies "CODE: SENTENCE" for the failure that came last. */
void reply_failure(int64_t code);
/* Replies the text of a buffer, or the failure. */
void reply_result(int32_t result, const radon_buffer *text);

void say_config(radon_view rest);
void say_limit(radon_view rest);
void say_name(radon_view rest);
void say_current(radon_view rest);
void say_random(radon_view rest);
void say_now(radon_view rest);
void write_log(radon_view rest);
void quote(radon_view rest);
void trap(radon_view rest);
void start_over(radon_view rest);

void keep_token(radon_view rest);
void answer_kept(radon_view rest);
void send_note(radon_view rest);
void store_too_much(radon_view rest);
void take_twice(radon_view rest);
void walk(radon_view rest);

void await_timer(radon_view rest);
void cancel_timer(radon_view rest);
void complete(radon_view rest);
void nothing_comes(radon_view rest);

void mask(radon_view rest);
void off(radon_view rest);
void compute(radon_view rest);

void alias(radon_view rest);
void unalias(radon_view rest);
void lookup(radon_view rest);
void resolve(radon_view rest);

void fetch(radon_view rest);
void answer_http(radon_view body);

#endif
