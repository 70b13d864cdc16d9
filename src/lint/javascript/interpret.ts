/**
 * Goes through a notebook's cells in JavaScript or TypeScript in order, as a kernel would, with values of which only so
 * much is known as a rule asks for. Loops are gone through once, the ways of an `if` one after the other, and a function
 * of the notebook's own where it is called, or where it is handed to somebody.
 */
import type { SyntaxNode } from '@lezer/common';
import { Expressions } from './expressions';
import { Scope } from './scope';
import { childrenOf, declaratorsOf, isToken, type Program } from './syntax';
import { UNDEFINED, UNKNOWN } from './values';

export class Interpreter extends Expressions {
  run(program: Program): void {
    this.program = program;
    this.attempt(() => this.block(program.tree.topNode));
  }

  protected block(node: SyntaxNode): void {
    const children = childrenOf(node);
    for (const child of children) {
      const found = child.name === 'ExportDeclaration' ? child.getChild('FunctionDeclaration') : child;
      const name = found?.name === 'FunctionDeclaration' && found.getChild('VariableDefinition');
      if (name) this.scope.ofFunction().declare(this.textOf(name), this.functionOf(found));
    }
    for (const child of children) if (!isToken(child)) this.value(child);
  }

  protected statement(node: SyntaxNode): void {
    const children = childrenOf(node);
    switch (node.name) {
      case 'Block':
        this.within(new Scope(this.scope, false), () => this.block(node));
        break;
      case 'ImportDeclaration':
        this.importing(node);
        break;
      case 'VariableDeclaration': {
        const isVar = children[0]?.name === 'var';
        for (const { target, initial } of declaratorsOf(children)) {
          const value = initial ? this.value(initial) : UNDEFINED;
          this.bind(target, value, isVar ? this.scope.ofFunction() : this.scope);
        }
        break;
      }
      case 'FunctionDeclaration':
        // It is defined where its block begins.
        break;
      case 'ClassDeclaration': {
        const name = node.getChild('VariableDefinition');
        const value = this.classOf(node);
        if (name) this.scope.declare(this.textOf(name), value);
        break;
      }
      case 'IfStatement': {
        const [test, ...ways] = children.filter((child) => !isToken(child));
        if (test) this.value(test);
        this.ways(ways, ways.length < 2);
        break;
      }
      case 'SwitchStatement':
        for (const child of node.getChildren('ParenthesizedExpression')) this.value(child);
        this.ways(node.getChildren('SwitchBody'), true);
        break;
      case 'TryStatement':
        this.ways(
          children.filter(({ name }) => /^(Block|CatchClause)$/.test(name)),
          false,
        );
        for (const child of node.getChildren('FinallyClause')) this.parts(child);
        break;
      case 'CatchClause':
        this.within(new Scope(this.scope, false), () => {
          for (const { target } of declaratorsOf(children)) this.bind(target, UNKNOWN, this.scope);
          for (const block of node.getChildren('Block')) this.block(block);
        });
        break;
      case 'ForStatement':
      case 'WhileStatement':
      case 'DoStatement':
        this.within(new Scope(this.scope, false), () => this.repeated('often', () => this.parts(node)));
        break;
      case 'ForSpec':
        this.parts(node);
        for (const { target } of declaratorsOf(childrenOf(node.getChild('VariableDeclaration') ?? node)))
          this.bind(target, UNKNOWN, this.scope);
        break;
      case 'ForOfSpec':
      case 'ForInSpec': {
        const at = children.findIndex(({ name }) => name === 'of' || name === 'in');
        for (const child of children.slice(at + 1)) if (!isToken(child)) this.value(child);
        for (const { target } of declaratorsOf(children.slice(0, at))) this.bind(target, UNKNOWN, this.scope);
        break;
      }
      case 'ReturnStatement':
        this.give(this.parts(node));
        break;
      default:
        this.parts(node);
    }
  }

  /** @param mayPass whether none of them need be taken */
  private ways(ways: readonly SyntaxNode[], mayPass: boolean): void {
    this.scope.ways(
      ways.map((way) => () => void this.value(way)),
      mayPass,
    );
  }

  private importing(node: SyntaxNode): void {
    const specifier = node.getChild('String');
    if (!specifier) return;
    const module = this.module(specifier);
    const group = node.getChild('ImportGroup');
    for (const each of node.getChildren('VariableDefinition')) this.scope.declare(this.textOf(each), module);
    if (!group) return;
    const children = childrenOf(group);
    children.forEach((child, i) => {
      if (child.name !== 'VariableDefinition') return;
      const original = children[i - 1]?.name === 'as' ? children[i - 2]! : child;
      this.scope.declare(this.textOf(child), this.property(module, this.textOf(original)));
    });
  }
}
