#include <stdio.h>
#include "tokens.h"

#define LIMIT 10
#define SQUARE(x) ((x) * (x))

/* A node. */
struct node {
    int value, *spare;
    struct node *next;
};

typedef struct {
    char name[LIMIT];
} entry_t;
typedef int (*compare_fn)(const void *, const void *);

enum color { RED, GREEN = 2 };
union bits { int a; };

static int counter = 0;
extern char *label;
int *find(struct node *head, int value);

// Finds a value.
// größe
static struct node *
find_node(struct node *head,
          int value)
{
    while (head && head->value != value)
        head = head->next;
    printf("%d\n", SQUARE(value));
    return head->visit(head);
}
