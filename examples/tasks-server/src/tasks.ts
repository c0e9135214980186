export interface Task {
  id: string;
  title: string;
  done: boolean;
}

const tasks = new Map<string, Task>([
  ['1', { id: '1', title: 'Write the quarterly report', done: false }],
  ['2', { id: '2', title: 'Book the train to Vienna', done: false }],
  ['3', { id: '3', title: 'Water the plants', done: true }],
]);
let lastId = tasks.size;

export function searchTasks(query: string): Task[] {
  const words = query.toLowerCase();
  return [...tasks.values()].filter((task) => task.title.toLowerCase().includes(words));
}

export function createTask(title: string): Task {
  const task = { id: String(++lastId), title, done: false };
  tasks.set(task.id, task);
  return task;
}

export function deleteTask(id: string): boolean {
  return tasks.delete(id);
}
