/** Nearer to the end than this is at the end; pixels. */
const near = 24;

/**
 * Whether the end of the log stays in view, after `event`. `state` is `{pinned, top, height}`. Only what a person does
 * lets go: wheel, touch, keys, a selection, the scroll bar. Coming back to the end takes hold again.
 */
export function pinAfter(state, event) {
  switch (event.type) {
    case 'wheel': return { ...state, pinned: state.pinned && event.deltaY >= 0 };
    case 'touch': case 'select': return { ...state, pinned: false };
    case 'key': return { ...state, pinned: state.pinned && !['PageUp', 'Home', 'ArrowUp'].includes(event.key) };
    case 'jump': return { ...state, pinned: true };
    case 'scroll': {
      const { top, height, view } = event;
      const atEnd = height - top - view <= near;
      const grew = height !== state.height;
      const movedUp = top < state.top - 1;
      const pinned = atEnd && !movedUp ? true : state.pinned && !(movedUp && !grew && !atEnd);
      return { pinned, top, height };
    }
    default: return state;
  }
}
