// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CBOX2D_HINGE_HPP
#define CBOX2D_HINGE_HPP

#include <box2d/box2d.h>

#include <vector>

class Hinge;

/// The hinges of a world, whose velocities are solved in as few iterations as give the same bits.
///
/// Box2D solves all joints of an island in turn, and that 180 times here; but mostly the
/// velocities come back to bits that they had before within ten iterations, and then the rest is
/// known. What is computed is computed by Box2D's own functions.
class HingeSolver {
public:
    /// Whether the world has contacts that push; such a contact would have its turn in each
    /// iteration, so that nothing can be left out.
    bool hasPushingContacts = false;
    /// Whether nothing is to be left out anyway.
    bool makesAllIterations = false;

    /// Whether each hinge makes each of its iterations in its turn.
    bool leavesNothingOut() const { return hasPushingContacts || makesAllIterations; }
    /// Notes a hinge whose turn comes after those noted before, in the island being solved.
    void begin(Hinge *hinge);
    /// Does all iterations of all the island's hinges; the first of them asks for it.
    void solve(const b2SolverData &data);
    /// Whether the island's hinges have had all their iterations.
    bool isSolved() const { return solved; }

private:
    /// What an iteration depends on and changes, but for the impulses that it only adds to.
    struct State {
        b2Velocity bodyA, bodyB;
        float motorImpulse, lowerImpulse, upperImpulse;
    };

    /// The impulses of as many hinges as a car has, x of all and y of all, for vector units.
    struct Block {
        static const int hinges = 4;
        float impulses[2 * hinges] = {};
    };

    static State state(const Hinge *hinge, const b2SolverData &data);
    void remember(const b2SolverData &data);
    bool isAsRemembered(const b2SolverData &data) const;
    void iterate(const b2SolverData &data);
    void addRest(const b2SolverData &data, int iterations, int period);
    void takeImpulses(Block *blocks) const;

    std::vector<Hinge *> hinges;
    bool solved = true;
    // Kept from step to step, so that a step does not allocate.
    std::vector<State> remembered;
    std::vector<Block> sums, increments;
};

/// A revolute joint that leaves its iterations to a solver.
class Hinge final : public b2RevoluteJoint {
public:
    /// Puts a hinge in the place of a world's joint, which Box2D alone can make.
    static Hinge *replace(b2RevoluteJoint *joint, HingeSolver *solver);

protected:
    void InitVelocityConstraints(const b2SolverData &data) override;
    void SolveVelocityConstraints(const b2SolverData &data) override;

private:
    friend class HingeSolver;

    explicit Hinge(const b2RevoluteJoint &joint) : b2RevoluteJoint(joint) {}
    HingeSolver *solver() { return reinterpret_cast<HingeSolver *>(GetUserData().pointer); }
    void iterate(const b2SolverData &data) { b2RevoluteJoint::SolveVelocityConstraints(data); }
};

// The hinge takes the joint's memory; Box2D frees what it allocated.
static_assert(sizeof(Hinge) == sizeof(b2RevoluteJoint), "a hinge is larger than a joint");

#endif
