/** How often the leader says that it is there, and after how long a silence another takes over; milliseconds. */
export const beat = 1000;
export const patience = 3000;

/**
 * Which tab leads, where the browser has no locks (plain HTTP): the one that speaks. Of two that speak, the smaller id
 * goes on. `send` speaks to the other tabs; `now` is a clock in milliseconds.
 */
export class Election {
  isLeader = false;
  #heard;

  constructor({ id, send, now, onLead, onFollow }) {
    Object.assign(this, { id, send, now, onLead, onFollow });
    this.#heard = now();
  }

  /** Called every `beat`. */
  tick() {
    if (this.isLeader) return this.send({ leader: this.id });
    if (this.now() - this.#heard >= patience) this.#lead();
  }

  /** What another tab said. */
  hear(message) {
    if (message.asks && this.isLeader) this.send({ leader: this.id });
    if (message.leaves === this.leader && !this.isLeader) this.#heard = this.now() - patience + Math.random() * 200;
    if (!message.leader || message.leader === this.id) return;
    this.leader = message.leader;
    this.#heard = this.now();
    if (this.isLeader && message.leader < this.id) {
      this.isLeader = false;
      this.onFollow();
    } else if (this.isLeader) {
      this.send({ leader: this.id });
    }
  }

  #lead() {
    this.isLeader = true;
    this.leader = this.id;
    this.send({ leader: this.id });
    this.onLead();
  }
}
