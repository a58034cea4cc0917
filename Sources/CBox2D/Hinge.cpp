// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include "Hinge.hpp"

#include <cstring>
#include <new>

Hinge *Hinge::replace(b2RevoluteJoint *joint, HingeSolver *solver) {
    // The bodies' lists of joints point into this memory, and go on doing so.
    const b2RevoluteJoint copy(*joint);
    Hinge *hinge = new (joint) Hinge(copy);
    hinge->GetUserData().pointer = reinterpret_cast<uintptr_t>(solver);
    return hinge;
}

void Hinge::InitVelocityConstraints(const b2SolverData &data) {
    b2RevoluteJoint::InitVelocityConstraints(data);
    solver()->begin(this);
}

void Hinge::SolveVelocityConstraints(const b2SolverData &data) {
    if (solver()->leavesNothingOut()) {
        iterate(data);
    } else if (!solver()->isSolved()) {
        solver()->solve(data);
    }
}

void HingeSolver::begin(Hinge *hinge) {
    if (leavesNothingOut()) return;
    // Box2D begins with all of an island's joints before it solves the first of them.
    if (solved) hinges.clear();
    solved = false;
    hinges.push_back(hinge);
}

void HingeSolver::iterate(const b2SolverData &data) {
    for (Hinge *hinge : hinges) hinge->iterate(data);
}

HingeSolver::State HingeSolver::state(const Hinge *hinge, const b2SolverData &data) {
    return {data.velocities[hinge->m_indexA], data.velocities[hinge->m_indexB],
            hinge->m_motorImpulse, hinge->m_lowerImpulse, hinge->m_upperImpulse};
}

void HingeSolver::remember(const b2SolverData &data) {
    remembered.resize(hinges.size());
    for (size_t i = 0; i < hinges.size(); i++) remembered[i] = state(hinges[i], data);
}

bool HingeSolver::isAsRemembered(const b2SolverData &data) const {
    for (size_t i = 0; i < hinges.size(); i++) {
        const State now = state(hinges[i], data);
        if (std::memcmp(&now, &remembered[i], sizeof now) != 0) return false;
    }
    return true;
}

void HingeSolver::solve(const b2SolverData &data) {
    solved = true;
    remember(data);
    // What is remembered is replaced after 1, 2, 4, 8 ... iterations, so that a period of any
    // length is found (Brent 1980).
    int age = 0, limit = 1;
    const int iterations = data.step.velocityIterations;
    for (int done = 1; done <= iterations; done++) {
        iterate(data);
        age++;
        if (isAsRemembered(data)) {
            addRest(data, iterations - done, age);
            return;
        }
        if (age == limit) {
            remember(data);
            limit *= 2;
            age = 0;
        }
    }
}

/// Does the iterations that are left when the state is known to come back after `period` of them.
///
/// Each adds to the hinges' impulses what the iteration a period before added, so that one period
/// more tells all that is added; the rounding of the sums is what remains to be done.
void HingeSolver::addRest(const b2SolverData &data, int iterations, int period) {
    const int rounds = iterations / period;
    if (rounds > 1) {
        const size_t blocks = (hinges.size() + Block::hinges - 1) / Block::hinges;
        sums.resize(blocks);
        takeImpulses(sums.data());
        increments.resize(blocks * size_t(period));
        for (int turn = 0; turn < period; turn++) {
            // What is added to -0 is itself, its sign included.
            for (Hinge *hinge : hinges) hinge->m_impulse.Set(-0.0f, -0.0f);
            iterate(data);
            takeImpulses(&increments[size_t(turn) * blocks]);
        }
        for (size_t block = 0; block < blocks; block++) {
            Block sum = sums[block];
            for (int round = 0; round < rounds; round++) {
                for (size_t at = block; at < increments.size(); at += blocks) {
                    for (int i = 0; i < 2 * Block::hinges; i++) {
                        sum.impulses[i] += increments[at].impulses[i];
                    }
                }
            }
            sums[block] = sum;
        }
        for (size_t i = 0; i < hinges.size(); i++) {
            const float *sum = sums[i / Block::hinges].impulses + i % Block::hinges;
            hinges[i]->m_impulse.Set(sum[0], sum[Block::hinges]);
        }
        iterations %= period;
    }
    for (int i = 0; i < iterations; i++) iterate(data);
}

void HingeSolver::takeImpulses(Block *blocks) const {
    for (size_t i = 0; i < hinges.size(); i++) {
        float *impulses = blocks[i / Block::hinges].impulses + i % Block::hinges;
        impulses[0] = hinges[i]->m_impulse.x;
        impulses[Block::hinges] = hinges[i]->m_impulse.y;
    }
}
