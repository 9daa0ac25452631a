/**
 * A list of rows of unequal height of which only those near the window exist: hours of transcript scroll like a page.
 *
 * Heights are estimated until a row has been seen, then measured; what is in view stays where it is when a guess
 * above it turns out wrong. The pinned row (the one with the focus) exists wherever it is.
 */

const BEYOND_PX = 500; // rows are made so far outside the window: a frame of fast scrolling

export class VirtualList {
  /** `estimate(index, width)` guesses a height in pixels, `render(index)` makes the element of a row. */
  constructor(scroller, list, { count, estimate, render }) {
    Object.assign(this, { scroller, list, count, estimate, render });
    this.rows = new Map();
    this.pinned = -1;
    this.width = 0;
    this.frame = 0;
    this.onScroll = () => this.later();
    scroller.addEventListener("scroll", this.onScroll, { passive: true });
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(scroller);
    this.resized();
  }

  /** Forget all rows, and show `count` rows afresh. */
  reset(count = this.count) {
    this.count = count;
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
    this.width = 0;
    this.resized();
  }

  stop() {
    this.sizes.disconnect();
    this.scroller.removeEventListener("scroll", this.onScroll);
    cancelAnimationFrame(this.frame);
  }

  /** The element of a row, if it exists now. */
  row(index) {
    return this.rows.get(index);
  }

  /** Whether a row is in the window as a whole. */
  shows(index) {
    const top = this.tops[index] - this.scroller.scrollTop;
    return top >= 0 && top + this.heights[index] <= this.scroller.clientHeight;
  }

  /** Bring a row into the upper third of the window, and make it. */
  scrollTo(index) {
    for (let round = 0; round < 3; round++) { // the first rows that are made there correct the guesses
      this.scroller.scrollTop = this.tops[index] - this.scroller.clientHeight / 4;
      this.draw();
    }
    return this.row(index);
  }

  resized() {
    const width = this.list.clientWidth;
    if (width === this.width) return this.later();
    const anchor = this.tops ? this.at(this.scroller.scrollTop) : 0;
    this.width = width;
    this.heights = Float64Array.from({ length: this.count }, (_, index) => this.estimate(index, width));
    this.tops = new Float64Array(this.count + 1);
    this.sum(0);
    for (const [index, row] of this.rows) this.measure(index, row);
    this.sum(0);
    if (anchor) this.scroller.scrollTop = this.tops[anchor];
    this.draw();
  }

  later() {
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  /** The row at a distance from the top. */
  at(y) {
    let low = 0, high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.tops[middle] <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (!this.count) return;
    const top = this.scroller.scrollTop;
    const first = this.at(top - BEYOND_PX), last = this.at(top + this.scroller.clientHeight + BEYOND_PX);
    this.removeOutside(first, last);
    const fresh = this.make(first, last);
    if (!fresh.length) return;
    const anchor = this.at(top), before = this.tops[anchor];
    for (const index of fresh) this.measure(index, this.rows.get(index));
    this.sum(Math.min(...fresh));
    for (const [index, row] of this.rows) this.place(index, row);
    const moved = this.tops[anchor] - before;
    if (Math.abs(moved) >= 1) this.scroller.scrollTop = top + moved;
  }

  removeOutside(first, last) {
    for (const [index, row] of this.rows) {
      if ((index < first || index > last) && index !== this.pinned) {
        row.remove();
        this.rows.delete(index);
      }
    }
  }

  /** Make what is missing, in the order of reading; the indexes of what was made. */
  make(first, last) {
    const fresh = [];
    let following = this.nextRow(last + 1);
    for (let index = last; index >= first; index--) {
      let row = this.rows.get(index);
      if (!row) {
        row = this.render(index);
        this.list.insertBefore(row, following);
        this.rows.set(index, row);
        this.place(index, row);
        fresh.push(index);
      }
      following = row;
    }
    return fresh;
  }

  nextRow(from) {
    return this.pinned >= from ? this.rows.get(this.pinned) ?? null : null;
  }

  measure(index, row) {
    this.heights[index] = row.offsetHeight;
  }

  place(index, row) {
    row.style.transform = `translateY(${this.tops[index]}px)`;
  }

  sum(from) {
    for (let index = from; index < this.count; index++) this.tops[index + 1] = this.tops[index] + this.heights[index];
    this.list.style.height = `${this.tops[this.count]}px`;
  }
}
