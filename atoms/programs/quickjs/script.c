/* A program that runs the JavaScript that it reads on stdin; print writes to stdout. An error that nobody catches goes to stderr, and ends it with 1. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "quickjs.h"

static JSRuntime *runtime;
static JSContext *context;

static JSValue print(JSContext *in, JSValueConst self, int count, JSValueConst *values) {
    (void)self;
    for (int index = 0; index < count; index++) {
        const char *text = JS_ToCString(in, values[index]);
        if (!text) return JS_EXCEPTION;
        printf("%s%s", index > 0 ? " " : "", text);
        JS_FreeCString(in, text);
    }
    putchar('\n');
    return JS_UNDEFINED;
}

static JSValue getenv_(JSContext *in, JSValueConst self, int count, JSValueConst *values) {
    (void)self;
    const char *name = JS_ToCString(in, count > 0 ? values[0] : JS_UNDEFINED);
    const char *value = name ? getenv(name) : NULL;
    JS_FreeCString(in, name);
    return value ? JS_NewString(in, value) : JS_UNDEFINED;
}

/* The engine seeds its own when it starts, which is at build time: every message would draw the same numbers. */
static JSValue random_(JSContext *in, JSValueConst self, int count, JSValueConst *values) {
    (void)self, (void)count, (void)values;
    uint64_t bits;
    if (getentropy(&bits, sizeof bits) != 0) return JS_ThrowInternalError(in, "there is no entropy");
    return JS_NewFloat64(in, (double)(bits >> 11) / (double)(1ull << 53));
}

/* All that comes before the script: wizer runs it once, at build time, and keeps the memory that it leaves. */
__attribute__((export_name("wizer-initialize"))) void initialize(void) {
    runtime = JS_NewRuntime();
    /* The runtime ends what goes too deep; the engine cannot see the stack of WebAssembly. */
    JS_SetMaxStackSize(runtime, 0);
    context = JS_NewContext(runtime);
    JSValue global = JS_GetGlobalObject(context);
    JS_SetPropertyStr(context, global, "print", JS_NewCFunction(context, print, "print", 1));
    JS_SetPropertyStr(context, global, "getenv", JS_NewCFunction(context, getenv_, "getenv", 1));
    JSValue math = JS_GetPropertyStr(context, global, "Math");
    JS_SetPropertyStr(context, math, "random", JS_NewCFunction(context, random_, "random", 0));
    JS_FreeValue(context, math);
    JS_FreeValue(context, global);
}

static char *read_all(size_t *length) {
    size_t room = 1 << 16;
    char *text = malloc(room + 1);
    *length = 0;
    for (size_t got; text && (got = fread(text + *length, 1, room - *length, stdin)) > 0;)
        if ((*length += got) == room) text = realloc(text, (room *= 2) + 1);
    if (text) text[*length] = 0;
    return text;
}

static int failed(void) {
    JSValue error = JS_GetException(context);
    const char *text = JS_ToCString(context, error);
    fprintf(stderr, "%s\n", text ? text : "an error without a text");
    const char *stack = JS_ToCString(context, JS_GetPropertyStr(context, error, "stack"));
    if (JS_IsError(context, error) && stack) fputs(stack, stderr);
    return 1;
}

int main(void) {
    if (!context) initialize();
    size_t length;
    char *script = read_all(&length);
    if (!script) return 1;
    if (JS_IsException(JS_Eval(context, script, length, "stdin", JS_EVAL_TYPE_GLOBAL))) return failed();
    int left;
    for (JSContext *in; (left = JS_ExecutePendingJob(runtime, &in)) > 0;) continue;
    return left < 0 ? failed() : 0;
}
